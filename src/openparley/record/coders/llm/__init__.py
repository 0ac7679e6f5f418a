"""The coder that asks a language model, at any endpoint that speaks OpenAI's chat completions; optional and never on its own."""

from openparley.record.coders.llm.coder import LLMCoder, Settings

__all__ = ["LLMCoder", "Settings"]
