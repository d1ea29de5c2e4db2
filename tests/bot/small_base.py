"""A small project of its own for tests: two languages, two topics, four entries, an intent or two, no problem.

`write` puts it into a folder; `edit` changes one of its files as a person would, so that a test can break one thing.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

LANGUAGES = {
    "en": {
        "code": "en",
        "name": "English",
        "status": "complete",
        "scripts": ["Latin"],
        "numbers": {
            "group": ",",
            "scales": [
                {"from": 10**12, "word": " trillion"},
                {"from": 10**9, "word": " billion"},
                {"from": 10**6, "word": " million"},
            ],
            "units": {"count": "{number}", "usd": "US${number}", "percent": "{number}%", "year": "{number}"},
        },
        "locators": {
            "paragraph": "para. {number}",
            "paragraphs": "paras. {number}",
            "box": "box {number}",
            "table row": "table row {number}",
            "principle": "principle {number}",
            "annex": "annex",
            "preamble": "preamble",
            "summary": "summary",
        },
        "locator_join": ", ",
        "sources_label": "Source: ",
        "source_join": "; ",
        "quote_marks": ["“", "”"],
        "as_of": "As of {year}.",
        "seen": "Pages read in {year}.",
        "term_questions": ["What is {name}?", "define {name}", "{name} meaning"],
        "reference_words": ["and", "i", "mean", "meant", "no", "one", "that", "the", "what about"],
        "correction_words": ["no", "i meant"],
        "pronouns": ["it"],
        "question_words": ["when", "who"],
        "continuation_words": ["and"],
        "sources": {"A/76/319": "Report of 2021", "A/RES/64/223": "Resolution of 2009", "UNGC": "Ten Principles"},
    },
    "zh": {
        "code": "zh",
        "name": "中文",
        "status": "complete",
        "scripts": ["Han"],
        "numbers": {
            "group": "",
            "scales": [
                {"from": 10**12, "word": "万亿"},
                {"from": 10**8, "word": "亿"},
                {"from": 10**6, "divisor": 10**4, "word": "万"},
            ],
            "units": {"count": "{number}", "usd": "{number}美元", "percent": "{number}%", "year": "{number}"},
        },
        "locators": {
            "paragraph": "第{number}段",
            "paragraphs": "第{number}段",
            "box": "方框{number}",
            "table row": "表格第{number}行",
            "principle": "原则{number}",
            "annex": "附件",
            "preamble": "序言部分",
            "summary": "摘要",
        },
        "locator_join": "、",
        "sources_label": "出处：",
        "source_join": "；",
        "quote_marks": ["“", "”"],
        "as_of": "截至{year}年。",
        "seen": "网页读于{year}年。",
        "term_questions": ["{name}是什么？", "什么是{name}", "{name}的定义"],
        "reference_words": ["那", "呢", "我", "指的是", "那份"],
        "correction_words": ["不对"],
        "pronouns": ["它"],
        "question_words": ["谁", "何时"],
        "continuation_words": ["那"],
        "sources": {"A/76/319": "2021年报告", "A/RES/64/223": "2009年决议", "UNGC": "十项原则"},
    },
    "fr": {
        "code": "fr",
        "name": "Français",
        "status": "complete",
        "scripts": ["Latin"],
        "numbers": {
            "group": " ",
            "scales": [{"from": 10**9, "word": " milliards"}, {"from": 10**6, "word": " millions"}],
            "units": {"count": "{number}", "usd": "{number} dollars", "percent": "{number} %", "year": "{number}"},
        },
        "locators": {
            "paragraph": "par. {number}",
            "paragraphs": "par. {number}",
            "box": "encadré {number}",
            "table row": "tableau, ligne {number}",
            "principle": "principe {number}",
            "annex": "annexe",
            "preamble": "préambule",
            "summary": "résumé",
        },
        "locator_join": ", ",
        "sources_label": "Source : ",
        "source_join": " ; ",
        "quote_marks": ["« ", " »"],
        "as_of": "Situation en {year}.",
        "seen": "Pages lues en {year}.",
        "term_questions": ["qu'est-ce que {name}", "définition de {name}", "que veut dire {name}"],
        "sources": {"A/76/319": "Rapport de 2021", "A/RES/64/223": "Résolution de 2009", "UNGC": "Dix principes"},
    },
}

SOURCES = {
    "report": {
        "symbol": "A/76/319",
        "kind": "report",
        "year": 2021,
        "url": "https://undocs.org/{language}/A/76/319",
        "aliases": ["76/319"],
        "nicknames": {"en": ["2021 report"], "zh": ["2021年报告"]},
        "places": {"20": [3, 3200, 2021], "21": [1000000, 5], "22": [], "box 1": [7], "annex": []},
    },
    "resolution": {
        "symbol": "A/RES/64/223",
        "kind": "resolution",
        "year": 2009,
        "url": "https://undocs.org/{language}/A/RES/64/223",
        "aliases": ["64/223"],
        "nicknames": {},
        "places": {"preamble": [2000], **{str(number): [] for number in range(1, 13)}},
    },
    "compact": {
        "symbol": "UNGC",
        "kind": "principles",
        "year": 2004,
        "url": "",
        "aliases": [],
        "nicknames": {},
        "places": {"principle 7": [], "principle 10": []},
    },
}

ORGANISATIONS = {
    "en": {"undp": ["UNDP", "UN Development Programme"], "who": ["WHO", "World Health Organization"]},
    "zh": {"undp": ["开发署", "UNDP"], "who": ["世卫组织", "WHO"]},
    "fr": {"undp": ["PNUD"], "who": ["OMS", "Organisation mondiale de la Santé"]},
}

ENTRIES = {
    "growth": {
        "number": {
            "kind": "figure",
            "references": [{"source": "A/76/319", "locators": ["20", "box 1"]}],
            "figures": {
                "partnerships": {"value": 3200, "unit": "count", "year": 2021, "source": "A/76/319", "locator": "20"},
            },
            "as_of": 2021,
            "related": ["growth.costs"],
            "entities": {"year": ["2021"]},
        },
        "costs": {
            "kind": "case",
            "references": [
                {"source": "A/76/319", "locators": ["21", "annex"]},
                {"source": "A/RES/64/223", "locators": ["9"]},
            ],
            "figures": {
                "budget": {"value": 1000000, "unit": "usd", "year": 2021, "source": "A/76/319", "locator": "21"},
            },
            "related": ["growth.number", "duties.precaution"],
            "entities": {"organisation": ["who"]},
        },
    },
    "duties": {
        "precaution": {
            "kind": "principle",
            "references": [{"source": "UNGC", "locators": ["principle 7"]}],
            "related": ["duties.invitation"],
            "entities": {"principle": ["7"], "area": ["environment"]},
        },
        "invitation": {
            "kind": "commitment",
            "references": [{"source": "A/RES/64/223", "locators": ["9", "10"]}],
            "entities": {"document": ["A/RES/64/223"]},
        },
    },
}

_TITLES = {
    "en": {"growth": "Growth", "duties": "Duties"},
    "zh": {"growth": "增长", "duties": "义务"},
    "fr": {"growth": "Croissance", "duties": "Devoirs"},
}

TEXTS = {
    "en": {
        "growth": {
            "number": {
                "title": "How many partnerships there are",
                "answer": "In 2021 there were {partnerships} partnerships.\n",
                "questions": [
                    "how many partnerships are there",
                    "number of partnerships with companies",
                    "count of collaborations in total",
                    "tell me the total of joint projects",
                    "partnership statistics please",
                    "how large is the portfolio of joint work",
                    "what is the size of the collaboration",
                    "quantity of alliances with firms",
                    "are there many partnerships",
                    "total count of partnerships in 2021",
                ],
                "aliases": ["partnership count"],
            },
            "costs": {
                "title": "What a vaccine project costs",
                "answer": "The project of the health agency had a budget of {budget}.\n\n- money\n- time\n",
                "more": "The rest of the budget came later.",
                "audience": {"company": "Companies bear their own part.", "un_staff": "Staff plan it early."},
                "questions": [
                    "what does the vaccine project cost",
                    "budget of the vaccine project",
                    "how expensive is vaccination with the health agency",
                    "price of the health project",
                    "who pays for the vaccines",
                    "money needed for vaccines",
                    "funding of the vaccination campaign",
                    "dollars spent on vaccines",
                    "cost of the campaign against disease",
                    "health agency budget",
                ],
            },
        },
        "duties": {
            "precaution": {
                "title": "Principle 7: precaution",
                "quote": "Businesses should support a precautionary approach",
                "answer": "Care comes first where the environment is at risk.",
                "questions": [
                    "what does the precautionary approach mean",
                    "precaution in environmental matters",
                    "should business wait for proof of harm to nature",
                    "environmental care before damage",
                    "uncertain science and the environment",
                    "duty of care towards nature",
                    "better safe than sorry for the planet",
                    "environmental precaution for firms",
                    "avoid harm to the environment",
                    "precautionary duty",
                ],
            },
            "invitation": {
                "title": "What the Assembly invites business to do",
                "answer": "The Assembly invites business to act with conscience.",
                "questions": [
                    "what does the assembly ask of business",
                    "invitation of the general assembly to the private sector",
                    "member states and their call on firms",
                    "which call does the assembly make",
                    "conscience of business according to member states",
                    "appeal by the assembly",
                    "the assembly invites whom",
                    "call of governments on companies",
                    "what do governments expect from enterprises",
                    "assembly appeal to enterprises",
                ],
            },
        },
    },
    "zh": {
        "growth": {
            "number": {
                "title": "伙伴关系的数量",
                "answer": "2021年共有{partnerships}个伙伴关系。",
                "questions": [
                    "一共有多少伙伴关系",
                    "伙伴关系的总数",
                    "合作项目有几个",
                    "跟企业的合作规模多大",
                    "统计一下合作数目",
                    "合作的数量是多少",
                    "联合项目总计",
                    "伙伴关系数目统计",
                    "目前的合作总量",
                    "有很多伙伴关系吗",
                ],
                "aliases": ["伙伴关系总数"],
            },
            "costs": {
                "title": "疫苗项目的花费",
                "answer": "卫生机构的项目预算为{budget}。\n\n- 资金\n- 时间\n",
                "more": "其余预算后来才到位。",
                "audience": {"company": "企业自行承担各自的部分费用。", "un_staff": "工作人员应尽早规划预算。"},
                "questions": [
                    "疫苗项目要多少钱",
                    "疫苗项目的预算",
                    "接种疫苗贵不贵",
                    "卫生项目的价格",
                    "疫苗谁付钱",
                    "买疫苗需要的资金",
                    "疫苗经费从哪来",
                    "疫苗花了多少美元",
                    "卫生机构预算",
                    "防疫运动的花费",
                ],
            },
        },
        "duties": {
            "precaution": {
                "title": "原则7：预防",
                "quote": "Businesses should support a precautionary approach",
                "answer": "环境面临风险时应以谨慎为先，防患于未然。",
                "questions": [
                    "预防性方法是什么意思",
                    "环境事务中的预防",
                    "没有证据也要保护自然吗",
                    "防患于未然的义务",
                    "科学不确定时怎么对待环境",
                    "对自然的谨慎义务",
                    "企业的环境预防",
                    "避免损害环境",
                    "环境保护要先行吗",
                    "预防义务",
                ],
            },
            "invitation": {
                "title": "大会邀请企业做什么",
                "answer": "大会邀请企业本着良知采取行动。",
                "questions": [
                    "大会对企业有什么要求",
                    "联大邀请私营部门做什么",
                    "会员国呼吁公司怎么做",
                    "大会发出了哪项呼吁",
                    "会员国说的企业良知",
                    "大会的呼吁",
                    "大会邀请了谁",
                    "各国政府对公司的号召",
                    "政府期望企业怎样",
                    "大会对公司的号召",
                ],
            },
        },
    },
    "fr": {
        "growth": {
            "number": {
                "title": "Combien de partenariats existent",
                "answer": "En 2021, il y avait {partnerships} partenariats.",
                "questions": [f"combien de partenariats, question {word}" for word in ("a", "b", "c", "d", "e", "f")],
                "aliases": ["nombre de partenariats"],
            },
            "costs": {
                "title": "Le coût du projet de vaccination",
                "answer": "Le projet de santé avait un budget de {budget}.",
                "more": "Le reste du budget est venu plus tard.",
                "audience": {"company": "Les entreprises paient leur part.", "un_staff": "Le personnel planifie."},
                "questions": [f"combien coûte le vaccin, question {word}" for word in ("a", "b", "c", "d", "e", "f")],
            },
        },
        "duties": {
            "precaution": {
                "title": "Principe 7 : précaution",
                "quote": "Businesses should support a precautionary approach",
                "answer": "La prudence passe avant tout pour l'environnement.",
                "questions": [f"approche de précaution, question {word}" for word in ("a", "b", "c", "d", "e", "f")],
            },
            "invitation": {
                "title": "Ce que l'Assemblée demande",
                "answer": "L'Assemblée invite les entreprises à agir en conscience.",
                "questions": [f"appel de l'Assemblée, question {word}" for word in ("a", "b", "c", "d", "e", "f")],
            },
        },
    },
}

DOMAIN = {
    "faq": {"intents": ["faq", "show_entry"], "actions": ["action_answer", "action_show"]},
    "small_talk": {"intents": ["greet", {"thank": {"use_entities": []}}], "actions": ["action_say"]},
}

RULES = {
    "faq": [
        {"rule": "answer a question", "steps": [{"intent": "faq"}, {"action": "action_answer"}]},
        {"rule": "open an entry", "steps": [{"intent": "show_entry"}, {"action": "action_show"}]},
    ],
    "small_talk": [
        {"rule": "greet", "steps": [{"intent": "greet"}, {"action": "action_say"}]},
        {"rule": "thank", "steps": [{"intent": "thank"}, {"action": "action_say"}]},
    ],
}

EXAMPLES = {
    "en": {
        "greet": ["hello", "hi there", "good morning", "hey", "good evening", "hiya", "greetings", "howdy"],
        "thank": ["thanks", "thank you", "many thanks", "cheers", "thx", "much obliged", "thanks a lot"],
    },
    "zh": {
        "greet": ["你好", "您好", "早上好", "嗨", "晚上好", "大家好", "哈喽", "在吗"],
        "thank": ["谢谢", "多谢", "感谢", "谢了", "非常感谢", "谢谢你", "太感谢了"],
    },
    "fr": {"greet": ["bonjour", "salut"], "thank": ["merci", "merci beaucoup"]},
}

PHRASES = {
    "en": {"welcome": "Welcome.", "too_long": "At most {limit} characters."},
    "zh": {"welcome": "欢迎。", "too_long": "最多{limit}个字。"},
    "fr": {"welcome": "Bienvenue.", "too_long": "{limit} caractères au plus."},
}

LOOKUPS = {
    "fr": {
        "numbers": {"sept": 7, "septième": 7},
        "patterns": {
            "principle": ["principe {number}", "{number} principe", "{number} e principe"],
            "paragraph": ["paragraphe {number}"],
        },
        "values": {"document_kind": {"resolution": ["résolution"]}},
    },
}

ACTIONS = {"answer": "action_answer", "show": "action_show", "say": "action_say"}
_ACTION = 'class Action:\n    def name(self) -> str:\n        return "{name}"\n'


def write(root: Path) -> Path:
    """Writes the project into `root` and returns it."""
    knowledge, nlu_data = root / "knowledge", root / "nlu_data"
    shutil.copytree(ROOT / "knowledge" / "schema", knowledge / "schema")
    for name, source in SOURCES.items():
        dump(knowledge / "sources" / f"{name}.yml", source)
    for topic, entries in ENTRIES.items():
        dump(knowledge / "entries" / f"{topic}.yml", {"topic": topic, "entries": entries})
    for topic, part in DOMAIN.items():
        dump(nlu_data / "domain" / f"{topic}.yml", {"version": "3.1", **part})
        dump(nlu_data / "rules" / f"{topic}.yml", {"version": "3.1", "rules": RULES[topic]})
    (root / "actions").mkdir()
    for file, name in ACTIONS.items():
        (root / "actions" / f"{file}.py").write_text(_ACTION.format(name=name))
    for code in ("en", "zh"):
        add_language(root, code)
    return root


def add_language(root: Path, code: str) -> None:
    """Adds the files of one language and touches no other."""
    knowledge, nlu_data = root / "knowledge", root / "nlu_data"
    dump(knowledge / "languages" / f"{code}.yml", LANGUAGES[code])
    dump(
        knowledge / "organisations" / f"{code}.yml",
        {"language": code, "organisations": ORGANISATIONS[code]},
    )
    for topic, texts in TEXTS[code].items():
        data = {"language": code, "title": _TITLES[code][topic], "entries": texts}
        dump(knowledge / "texts" / code / f"{topic}.yml", data)
    nlu = [
        {"intent": intent, "examples": "".join(f"- {example}\n" for example in examples)}
        for intent, examples in EXAMPLES[code].items()
    ]
    dump(nlu_data / code / "small_talk.yml", {"version": "3.1", "nlu": nlu})
    dump(nlu_data / code / "phrases.yml", {"phrases": PHRASES[code]})
    if code in LOOKUPS:
        dump(nlu_data / code / "lookups.yml", {"lookups": LOOKUPS[code]})
    else:  # the product's own words: they are what is tested
        shutil.copy(ROOT / "nlu_data" / code / "lookups.yml", nlu_data / code / "lookups.yml")


class _WrittenOut(yaml.SafeDumper):
    """Writes what two places share twice, as a person would, not as an anchor and an alias."""

    def ignore_aliases(self, data: Any) -> bool:
        """See parent class."""
        return True


def dump(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = yaml.dump(data, Dumper=_WrittenOut, allow_unicode=True, sort_keys=False, width=1000)
    path.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def edit(path: Path) -> Iterator[dict[str, Any]]:
    """Yields the content of a file and writes it back with what was changed."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    yield data
    dump(path, data)
