from openparley.brief.brief import write_brief as write_brief
from openparley.forecast.fitting import fit as fit
from openparley.infer.engine import AdaptiveImportance as AdaptiveImportance
from openparley.record.case import open_case as load

__version__: str
__all__ = ["AdaptiveImportance", "fit", "load", "write_brief"]
