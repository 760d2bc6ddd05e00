"""Local stand-ins for Slack and Agora, for trying the bot and for its tests."""
