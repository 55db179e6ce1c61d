"""Verdicts for other programs: SARIF for code scanning, JUnit for build servers, commands for GitHub's runners.

And a pytest that plays counterexamples back.
"""
