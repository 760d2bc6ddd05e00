"""The control room for live streams, inside Slack."""
