"""From installed packages to a catalog: the only room that knows who offers what."""

from srkit.plugins.catalog import Catalog, Plugin, installed, load_catalog

__all__ = ["Catalog", "Plugin", "installed", "load_catalog"]
