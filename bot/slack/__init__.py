"""The only package that knows Slack: listeners, messages, the manifest."""
