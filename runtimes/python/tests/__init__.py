"""The server's own tests: how a request is read, what may be in its body, and what an answer is made of.

They run in the image, `cargo test -p conformance --test units python`, and stay out of it.
"""
