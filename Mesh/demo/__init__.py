"""Mesh/up: an example mesh on one machine, and the story of one message through it."""
