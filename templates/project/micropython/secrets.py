# Keep what you fill in here out of version control: `git update-index --skip-worktree secrets.py`.
WIFI_NAME = ""
WIFI_PASSWORD = ""
