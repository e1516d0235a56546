"""Reads a JSON list of policies from standard input; prints, as JSON, what parliament finds in each."""

import json
import sys

from parliament import analyze_policy_string

found = []
for policy in json.load(sys.stdin):
    findings = analyze_policy_string(policy).findings
    found.append(sorted({f"{finding.issue}: {finding.detail}" for finding in findings}))
json.dump(found, sys.stdout)
