"""The commands, one file each; found by walking this folder."""
