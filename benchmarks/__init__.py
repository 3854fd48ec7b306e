"""`make bench`: how long runs take, what they ask of AWS, and how that compares. See docs/performance.md."""
