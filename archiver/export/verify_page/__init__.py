"""The page `verify.html`: checks a package in any browser, without network and without this program."""
