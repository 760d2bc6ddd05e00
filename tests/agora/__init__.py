"""Tests of the Agora client."""
