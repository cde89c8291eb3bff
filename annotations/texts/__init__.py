"""Texts, as pages show and compare them: anchors, segments, excerpts, differences."""
