"""Puts off the modules of Rasa that import TensorFlow until something of them is used.

No component of ours uses TensorFlow, but `import rasa.core.agent` and loading a model import it all the same: for two
callbacks of neural training, and for the class that checks a configuration before training (rasa 3.6.21). Here these
modules are stood in for by ones that hold promises of their classes. A promise that is called, asked for an attribute,
subclassed or compared with an instance becomes the class itself: a pipeline with Rasa's neural components works as
ever, it only pays for the import when it comes to it. Training does so in any case: Rasa's registry of components
imports every one there is. TensorFlow itself is never stood in for.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import sys
import threading
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from types import ModuleType
from typing import Any

#: Module of Rasa → what other modules import from it by name. Anything else that is asked of it loads it.
POSTPONED = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaDataGenerator", "RasaBatchDataGenerator"),
    "rasa.graph_components.validators.default_recipe_validator": ("DefaultV1RecipeValidator",),
}
#: Training imports this first. It looks at classes through and through, so from then on all of them are themselves.
_TRAINING = "rasa.engine.validation"
#: The line of Rasa whose imports these are; under another everything is imported as it comes.
_KNOWN = "3.6."
_lock = threading.RLock()


class Promise:
    """A class that is not imported yet. It passes for a class where one is only handed on."""

    def __init__(self, module: str, name: str) -> None:
        self.__module__ = module
        self.__name__ = self.__qualname__ = name

    @property  # type: ignore[misc]  # where every other object has an attribute that can be set
    def __class__(self) -> type:
        """`type`, so that `inspect.isclass` takes the promise for the class it stands for."""
        return type

    def __getattr__(self, attribute: str) -> Any:
        return getattr(_kept(self.__module__, self.__name__), attribute)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Returns an instance of the class."""
        return _kept(self.__module__, self.__name__)(*args, **kwargs)

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (_kept(self.__module__, self.__name__),)

    def __instancecheck__(self, instance: object) -> bool:
        # Before the class is there, nothing can be an instance of it.
        return is_loaded(self.__module__) and isinstance(instance, _kept(self.__module__, self.__name__))

    def __subclasscheck__(self, subclass: Any) -> bool:
        return subclass is self or (
            is_loaded(self.__module__) and issubclass(subclass, _kept(self.__module__, self.__name__))
        )

    def __deepcopy__(self, _: dict[int, Any]) -> Promise:
        return self

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return _kept, (self.__module__, self.__name__)

    def __repr__(self) -> str:
        return f"<promise of {self.__module__}.{self.__name__}>"


class _StandIn(ModuleType):
    """What stands in `sys.modules` for a module that is not loaded yet."""

    def __getattr__(self, name: str) -> Any:
        if name in POSTPONED.get(self.__name__, ()):
            promise = Promise(self.__name__, name)
            setattr(self, name, promise)
            return promise
        # The import system and `inspect` look at these without using the module.
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return getattr(load(self.__name__), name)


class _Finder:
    """Finds stand-ins for the postponed modules; everything else is left to the other finders."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        """See `importlib.abc.MetaPathFinder`."""
        if name == _TRAINING:
            for postponed in POSTPONED:
                load(postponed)
        if name not in POSTPONED or is_loaded(name):
            return None
        real = PathFinder.find_spec(name, path)
        if real is None or real.origin is None:
            return None
        return importlib.util.spec_from_file_location(name, real.origin, loader=_Loader(name, real.origin))


class _Loader(SourceFileLoader):
    """Makes the stand-in and runs nothing; `inspect` still finds the source through it."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """See parent class."""
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """See parent class."""


def postpone() -> bool:
    """Puts off what imports TensorFlow, for this process; returns whether it does. Call it before Rasa is imported.

    Side effects: a finder is put in front of the import system. A second call does nothing.
    """
    if not importlib.metadata.version("rasa").startswith(_KNOWN):
        return False
    if _Finder not in sys.meta_path:
        sys.meta_path.insert(0, _Finder)
    return True


def is_loaded(module: str) -> bool:
    """Returns whether a module is there itself, not its stand-in."""
    return module in sys.modules and not isinstance(sys.modules[module], _StandIn)


def load(name: str) -> ModuleType:
    """Returns a postponed module itself, imported now where it was not yet.

    Raises:
        ImportError: it, or TensorFlow, cannot be imported; the stand-in stays.
    """
    with _lock:
        if is_loaded(name):
            return sys.modules[name]
        parent, _, child = name.rpartition(".")
        spec = PathFinder.find_spec(name, importlib.import_module(parent).__path__)
        if spec is None or spec.loader is None:
            raise ImportError(f"{name} cannot be found; set up the environment anew", name=name)
        module = importlib.util.module_from_spec(spec)
        stand_in = sys.modules.get(name)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            if stand_in is not None:
                sys.modules[name] = stand_in
            raise
        setattr(sys.modules[parent], child, module)
        return module


def _kept(module: str, name: str) -> Any:
    """Returns the class that was promised."""
    return getattr(load(module), name)
