"""Mesh/bench: the same work through Outrigger, HAProxy, nginx and Envoy, compared by CPU time per request."""
