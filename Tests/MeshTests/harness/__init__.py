"""What the end-to-end tests stand on: real sidecars, backends that record or misbehave, raw clients."""
