"""`python -m tests.compose.tiny_server FOLDER PORT`: makes a tiny model of random weights in FOLDER and serves it
with `transformers serve`. What it says is noise."""

from __future__ import annotations

import sys

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from transformers.cli.serve import Serve

ENDS = ("</s>", "<unk>", ".", "<think>", "the", "ALS", "years", "}", "[")
"""Words after which the model stops, so that noise has an end."""
TEMPLATE = "{% for m in messages %}{{ m['content'] }}\n{% endfor %}"


def make(folder: str) -> None:
    words = (
        "<s> </s> <unk> the cells cure ALS . [ ] { } follow-up-checks modest-slowing years strength <think>"
    )
    vocabulary = {word: n for n, word in enumerate(words.split())}
    known = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    known.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=known, unk_token="<unk>", bos_token="<s>", eos_token="</s>"
    )
    tokenizer.chat_template = TEMPLATE
    tokenizer.save_pretrained(folder)
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=16384,
        bos_token_id=0,
        eos_token_id=1,
    )
    model = LlamaForCausalLM(config)
    model.generation_config.eos_token_id = [n for word, n in vocabulary.items() if word in ENDS]
    model.save_pretrained(folder)


if __name__ == "__main__":
    make(sys.argv[1])
    Serve(force_model=sys.argv[1], port=int(sys.argv[2]), device="cpu", host="127.0.0.1")  # type: ignore[call-arg]
