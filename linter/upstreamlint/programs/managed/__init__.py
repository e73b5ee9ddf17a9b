"""Programs that controllers run: proxies that are configured by objects of the cluster instead of files.

`kinds.json` says of each kind of object where it names hosts, paths and Services; adding a controller adds rows.
"""
