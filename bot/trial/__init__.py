"""`try`: the whole bot on one machine, between the stand-ins for Slack and Agora, and a console to use it with."""
