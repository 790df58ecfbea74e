"""From installed packages to a catalog of their parts. No other room knows which package offers a part."""

from srkit.plugins.catalog import Catalog, Plugin, load_catalog

__all__ = ["Catalog", "Plugin", "load_catalog"]
