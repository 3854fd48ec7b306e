#!/bin/sh
# Does what the official image's entry point does: options or a configuration file alone start the server, and it runs
# unprivileged.
set -eu

if [ "${1#-}" != "$1" ] || [ "${1%.conf}" != "$1" ]; then
    set -- valkey-server "$@"
fi

if [ "$(id -u)" = 0 ] && { [ "$1" = valkey-server ] || [ "$1" = redis-server ]; }; then
    chown -R valkey:valkey .
    # As in the official image, only a password protects: the container's network is the boundary.
    exec setpriv --reuid valkey --regid valkey --init-groups "$@" --protected-mode no
fi

exec "$@"
