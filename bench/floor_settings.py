"""The product's settings, with the floor's view added to its addresses."""

from config.settings import *  # noqa: F403 - everything, by design

ROOT_URLCONF = "floor"
