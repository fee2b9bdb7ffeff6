"""Measures what the product claims (`make bench`), each figure beside a reference taken in the same run."""
