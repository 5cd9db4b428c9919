"""Compares a report on the hostile corpus with the list of known disagreements.

A disagreement that is not listed fails, and so does a pattern of the list that meets none any
more. Only what a case should do can be listed, with the reason; what it must do cannot.
"""

import fnmatch
import json
import sys

# More reasons than these would make another rule of the exceptions.
MAX_REASONS = 5

# The corpus has some 480 cases in two modes; far fewer say that it was not run whole.
MIN_RUNS = 900


class Known:
    """A line of the list: `mode: case, case: what the judge says  # the reason`."""

    def __init__(self, line):
        entry, _, reason = line.partition("#")
        if not reason.strip():
            sys.exit(f"no reason is given: {line}")
        self.mode, cases, self.says = (part.strip() for part in entry.split(":"))
        self.unmet = {case.strip() for case in cases.split(",")}
        self.cases = sorted(self.unmet)

    def covers(self, mode, case, says):
        met = {one for one in self.cases if fnmatch.fnmatchcase(case, one)}
        if mode != self.mode or says != self.says or not met:
            return False
        self.unmet -= met
        return True


def main():
    report, path = sys.argv[1:]
    with open(report, encoding="utf-8") as file:
        runs = json.load(file)
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    known = [Known(line) for line in lines if line and not line.startswith("#")]
    if len(known) > MAX_REASONS:
        sys.exit(f"{path}: {len(known)} reasons, at most {MAX_REASONS} are allowed")
    if len(runs) < MIN_RUNS:
        sys.exit(f"only {len(runs)} runs in the report")
    wrong, covered = [], 0
    for run in runs:
        mode, case = run["mode"], run["case"]
        wrong += [f"must: {mode} {case}: {says}: {run['err']}" for says in run["must"]]
        for says in run["should"]:
            if any([one.covers(mode, case, says) for one in known]):
                covered += 1
            else:
                wrong.append(f"should, and not listed: {mode} {case}: {says}")
    wrong += [f"listed, but agrees: {one.mode} {case}" for one in known for case in one.unmet]
    print(*wrong, sep="\n")
    print(f"{len(runs)} runs, {covered} known disagreements of {len(known)} kinds, {len(wrong)} others")
    sys.exit(1 if wrong else 0)


main()
