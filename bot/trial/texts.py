"""What the console says about itself."""

from __future__ import annotations

from typing import Final

WELCOME: Final = """\
The whole bot runs on this machine, between stand-ins for Slack and Agora. Nothing leaves it.
You are otto, an operator, in #live-ops. There are also ada (admin), mia (manager), vera (viewer)
and sam (no role). Agora has the entry points live (records in eu and na; the stream main-stage is
live) and sports (records in eu; no stream is live).

Worth typing, in this order:
  /record on live eu main-stage         a first recording
  sam: /record on live eu main-stage    the same, typed by sam, who may not: `sam: ` and the number of
                                        “Ask for access” asks ada, `ada: ` and a number answers
  /record off live eu main-stage        it asks first: press a button by typing its number
  fault 504                             trouble at Agora: now type the first line again,
                                        then `fault off`, then the number of “Try again”
  mia: /transfer set live on https://hooks.example.com/transfer
                                        restreaming takes a manager; `mia: ` and a number presses
  /record on live eu final at 20:45 for 2h
                                        planned for later: confirm it, look at `/agora planned`,
                                        then `wait 1d`

`help` lists the rest; `quit` or Ctrl-D ends it."""

AGAIN: Final = "\nRoles and operations of the last time are still there; `try --fresh` forgets them."

HELP: Final = """\
/record …  /transfer …  /stream …  /agora …   what one types in Slack; `/record help` explains
1   or   press 1                   press the button with that number
paste cam-1, cam-2                 fill in the form that `/record on live eu` opens, and send it in
file names.csv                     the same, with a file
as mia                             be somebody else: ada, mia, otto, vera, sam
mia: /record auto live off         do one thing as somebody else
see vera                           the channel as vera sees it
channel show                       go to another channel (live-ops, show, private, direct)
fault 504   fault   fault off      make trouble at Agora; list the kinds; end it
streams                            what is live and recorded at Agora
push live cam-2   end live cam-2   let a stream go live, or end
wait 6m                            turn the clock on, so that a question lapses or a plan is due
quit                               leave; roles and operations are kept, messages and streams are not"""
