"""Compares a report on the hostile corpus with the list of known disagreements.

A disagreement that is not listed fails, and so does a pattern of the list that meets none any
more. Only what a case should do can be listed, with the reason; what it must do cannot.
"""

import collections
import json
import sys

# More disagreements than these would make another rule of the exceptions.
MAX_KNOWN = 5

# The corpus has 478 cases, run to emit and to show, and 97 to generate from in five formats; fewer
# say that it was not run whole. Mutants do not count.
MIN_RUNS = {"emit": 478, "show": 478, "gen": 485}


class Known:
    """A line of the list: `mode: case, case: what the judge says  # the reason`."""

    def __init__(self, line):
        entry, _, reason = line.partition("#")
        if not reason.strip():
            sys.exit(f"no reason is given: {line}")
        self.mode, cases, self.says = (part.strip() for part in entry.split(":"))
        self.cases = {case.strip() for case in cases.split(",")}
        self.unmet = set(self.cases)

    def covers(self, mode, case, says):
        if mode != self.mode or says != self.says or case not in self.cases:
            return False
        self.unmet.discard(case)
        return True


def main():
    report, path = sys.argv[1:]
    with open(report, encoding="utf-8") as file:
        runs = json.load(file)
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    known = [Known(line) for line in lines if line and not line.startswith("#")]
    listed = sum(len(one.cases) for one in known)
    if listed > MAX_KNOWN:
        sys.exit(f"{path}: {listed} disagreements, at most {MAX_KNOWN} are allowed")
    counts = collections.Counter(run["mode"] for run in runs if not run["case"].startswith("mut-"))
    print("runs of the corpus:", dict(counts))
    for mode, least in MIN_RUNS.items():
        if counts[mode] < least:
            sys.exit(f"expected at least {least} runs of the corpus in the mode {mode}, found {counts[mode]}")
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
