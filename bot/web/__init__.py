"""Every route that is not Slack's, and the server that all of them run on."""
