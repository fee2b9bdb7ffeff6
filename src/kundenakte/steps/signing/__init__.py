"""Electronic signatures: a person signs the valid version of a PDF, and what comes about is its next version.

The bytes that were there stay as they are; what is signed is added behind them (docs/signing.md).
"""
