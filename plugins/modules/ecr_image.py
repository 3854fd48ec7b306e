#!/usr/bin/python
# Copyright: Contributors to the airflow.fargate project
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

DOCUMENTATION = r"""
---
module: ecr_image
version_added: 1.0.0
short_description: Build a container image once for its content and push it to Amazon ECR
description:
  - Names an image after the hash of its build context and build arguments. When the repository has an image with this
    tag, nothing is built and nothing is pushed, and no container engine is needed.
  - Otherwise the image is built with Docker or Podman and pushed. An image that was built but not pushed, because the
    run was interrupted, is not built again.
  - The password of the registry is handed to the engine through its standard input and kept in a temporary folder.
options:
  context:
    description:
      - The folder with everything the build needs. Files that its C(.containerignore) or C(.dockerignore) names are
        neither hashed nor built. Of a file's mode only the executable bit counts.
    type: path
    required: true
  containerfile:
    description:
      - The Containerfile, relative to O(context).
    type: str
    default: Containerfile
  repository:
    description:
      - The name of the ECR repository. It must exist, except in check mode.
    type: str
    required: true
  tag:
    description:
      - The tag. Derived from the content when not given, which is what makes a tag immutable.
    type: str
  engine:
    description:
      - The name or path of the command line of Docker or Podman. Without it C(docker) if its daemon answers, else
        C(podman).
    type: str
  build_args:
    description:
      - Build arguments. They are part of the hash, except the predefined ones for proxies (C(HTTP_PROXY) and so on).
    type: dict
    default: {}
  ca_bundle:
    description:
      - A file of certificate authorities on this host. The build gets it as the secret C(ca_bundle), so it leaves no
        trace in the image. Needed behind a proxy that re-signs TLS.
    type: path
  platform:
    description:
      - The platform to build for, for example V(linux/arm64). Without it the engine's own.
    type: str
notes:
  - Calls U(https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html), DescribeRepositories and
    GetAuthorizationToken, and sts:GetCallerIdentity for the name of a repository that does not exist yet.
  - In check mode nothing is built or pushed.
author:
  - airflow.fargate contributors (@airflow-fargate)
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
"""

EXAMPLES = r"""
- name: Build and push the image, if this content is not in ECR yet
  airflow.fargate.ecr_image:
    context: files/image
    repository: airflow-prod
  register: image

- name: Build for Graviton with Podman, behind a proxy that re-signs TLS
  airflow.fargate.ecr_image:
    context: files/image
    repository: airflow-prod
    platform: linux/arm64
    engine: podman
    ca_bundle: /etc/ssl/certs/ca-certificates.crt
"""

RETURN = r"""
image:
  description: The full name of the image, for task definitions.
  returned: always
  type: str
  sample: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/airflow-prod:0a1b2c3d4e5f6071
tag:
  description: The tag.
  returned: always
  type: str
  sample: 0a1b2c3d4e5f6071
digest:
  description: The digest of the image in ECR. Null when check mode found none.
  returned: always
  type: str
  sample: sha256:0e5574283393fed5b1b8a4a2c1b6a2a2d3a1b1c2d3e4f5061728394a5b6c7d8e
built:
  description: Whether the image was built, or in check mode would be. False when an earlier run built it.
  returned: always
  type: bool
"""

import tempfile
import typing as t
from pathlib import Path

from ansible_collections.airflow.fargate.plugins.module_utils._ecr import api, context
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.common import ECRError
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.engine import Build, Engine, find_engine
from ansible_collections.airflow.fargate.plugins.module_utils._ecr.repositories import Repository
from ansible_collections.amazon.aws.plugins.module_utils.exceptions import AnsibleAWSError
from ansible_collections.amazon.aws.plugins.module_utils.iam import get_aws_account_info
from ansible_collections.amazon.aws.plugins.module_utils.modules import AnsibleAWSModule


class Image:
    """The image of one task."""

    def __init__(self, module: AnsibleAWSModule) -> None:
        self.module = module
        self.client = module.client("ecr")
        self.repository: str = module.params["repository"]
        self.context = Path(module.params["context"])
        self.containerfile: str = module.params["containerfile"]
        self.build_args = {name: str(value) for name, value in module.params["build_args"].items()}
        self.files = context.list_files(self.context)
        if self.containerfile not in self.files:
            raise ECRError(message=f"The build context {self.context} has no {self.containerfile}")
        self.content = context.content_hash(
            self.context, self.files, self.containerfile, self.build_args, module.params["platform"]
        )
        self.tag: str = module.params["tag"] or self.content[: context.TAG_LENGTH]

    def ensure_present(self) -> dict[str, t.Any]:
        image = api.find_image(self.client, self.repository, self.tag)
        if image:
            # Made of what AWS has told: the usual case costs one call.
            name = self._uri(image["registryId"], self.client.meta.partition)
            return self._result(name, image["imageDigest"], changed=False)
        described = Repository(self.client, self.repository).describe()
        uri = described["repositoryUri"] if described else None
        if uri is None and not self.module.check_mode:
            raise ECRError(message=f"There is no ECR repository {self.repository}")
        if self.module.check_mode:
            return self._result(uri or self._uri(*get_aws_account_info(self.module)), None, changed=True, built=True)
        return self._build_and_push(uri)

    def _build_and_push(self, uri: t.Any) -> dict[str, t.Any]:
        login = api.get_login(self.client)
        self.module.no_log_values.add(login.password)
        engine = find_engine(self.module.run_command, self.module.params["engine"])
        name = f"{login.host}/{self.repository}:{self.tag}"
        built = not engine.has(name, self.content)
        if built:
            self._build(engine, name)
        digest, pushed = self._push(engine, name, login)
        return self._result(uri, digest, changed=pushed, built=built)

    def _build(self, engine: Engine, name: str) -> None:
        with tempfile.TemporaryDirectory(dir=self.module.tmpdir) as folder:
            context.copy_context(self.context, self.files, Path(folder))
            engine.build(
                Build(
                    name=name,
                    content=self.content,
                    context=Path(folder),
                    containerfile=self.containerfile,
                    build_args=self.build_args,
                    ca_bundle=self.module.params["ca_bundle"],
                    platform=self.module.params["platform"],
                )
            )

    def _push(self, engine: Engine, name: str, login: api.Login) -> tuple[str, bool]:
        """The digest, and whether it was this run that pushed it."""
        with tempfile.TemporaryDirectory(dir=self.module.tmpdir) as folder:
            try:
                pushed = engine.push(name, login, Path(folder))
            except ECRError:
                # Another run may have been faster: tags are immutable, and its image has the same content.
                digest = api.find_digest(self.client, self.repository, self.tag)
                if digest is None:
                    raise
                return digest, False
        digest = api.find_digest(self.client, self.repository, self.tag)
        if digest != pushed:
            raise ECRError(message=f"{name} was pushed as {pushed}, but ECR has {digest or 'no such image'}")
        return pushed, True

    def _uri(self, account: str, partition: str) -> str:
        domain = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
        return f"{account}.dkr.ecr.{self.module.region}.{domain}/{self.repository}"

    def _result(self, uri: t.Any, digest: str | None, changed: bool, built: bool = False) -> dict[str, t.Any]:
        image = f"{uri}:{self.tag}"
        return {
            "changed": changed,
            "image": image,
            "tag": self.tag,
            "digest": digest,
            "built": built,
            "diff": {"before": "" if changed else f"{image}\n", "after": f"{image}\n"},
        }


def main() -> None:
    module = AnsibleAWSModule(
        argument_spec={
            "context": {"type": "path", "required": True},
            "containerfile": {"type": "str", "default": "Containerfile"},
            "repository": {"type": "str", "required": True},
            "tag": {"type": "str"},
            "engine": {"type": "str"},
            "build_args": {"type": "dict", "default": {}},
            "ca_bundle": {"type": "path"},
            "platform": {"type": "str"},
        },
        supports_check_mode=True,
    )
    try:
        module.exit_json(**Image(module).ensure_present())
    except AnsibleAWSError as error:
        module.fail_json_aws_error(error)


if __name__ == "__main__":
    main()
