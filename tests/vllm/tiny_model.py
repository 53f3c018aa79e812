"""A tiny random-weight Qwen3 with a tokenizer of its own, for the real vLLM: `python -m tests.vllm.tiny_model FOLDER`.

It runs in vLLM's environment, so it imports nothing of ours. Random weights say nothing about quality; loading, chat
template, scheduler, grammar, limits and errors are the real ones.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers

CONTEXT_TOKENS = 40_960
SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHAT_TEMPLATE = """\
{%- for message in messages -%}
{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
{%- endfor -%}
{%- if add_generation_prompt -%}{{ '<|im_start|>assistant\n' }}{%- endif -%}
"""
CORPUS = Path(__file__).resolve().parent.parent / "careers_site"  # the words of the postings that it will read


def make(folder: Path, *, fp8: bool = True, shape: dict[str, int] | None = None, seed: int = 1) -> Path:
    """A model folder that vLLM loads as it loads one from the hub; without `fp8`, the same weights in BF16."""
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = _write_tokenizer(folder)
    config = _config(vocabulary, shape or {})
    if fp8:
        config["quantization_config"] = _fp8_dynamic()
    (folder / "config.json").write_text(json.dumps(config, indent=2))
    save_file(_weights(config, fp8=fp8, seed=seed), folder / "model.safetensors", metadata={"format": "pt"})
    return folder


def _write_tokenizer(folder: Path) -> dict[str, int]:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=4096, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([path.read_text() for path in sorted(CORPUS.glob("*.py"))], trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL_TOKENS])
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "chat_template": CHAT_TEMPLATE,
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "model_max_length": CONTEXT_TOKENS,
        "clean_up_tokenization_spaces": False,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))
    stops = [tokenizer.token_to_id("<|im_end|>"), tokenizer.token_to_id("<|endoftext|>")]
    (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": stops}))
    return tokenizer.get_vocab(with_added_tokens=True)


def _config(vocabulary: dict[str, int], shape: dict[str, int]) -> dict[str, object]:
    tiny = {
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 32,
    }
    return {
        "architectures": ["Qwen3ForCausalLM"],
        "model_type": "qwen3",
        "dtype": "bfloat16",
        "vocab_size": (len(vocabulary) + 63) // 64 * 64,
        "max_position_embeddings": CONTEXT_TOKENS,
        "rms_norm_eps": 1e-6,
        "rope_theta": 1e6,
        "hidden_act": "silu",
        "attention_bias": False,
        "tie_word_embeddings": True,
        "bos_token_id": None,
        "eos_token_id": vocabulary["<|im_end|>"],
        "pad_token_id": vocabulary["<|endoftext|>"],
    } | {**tiny, **shape}


def _fp8_dynamic() -> dict[str, object]:
    """FP8 weights with a scale a row, activations scaled as they come: the layout that vLLM runs on a CPU, too."""
    eight_bits = {"num_bits": 8, "type": "float", "symmetric": True}
    return {
        "quant_method": "compressed-tensors",
        "format": "float-quantized",
        "quantization_status": "compressed",
        "ignore": ["lm_head"],
        "config_groups": {
            "group_0": {
                "targets": ["Linear"],
                "weights": {**eight_bits, "strategy": "channel", "dynamic": False},
                "input_activations": {**eight_bits, "strategy": "token", "dynamic": True},
            }
        },
    }


def _weights(config: dict[str, object], *, fp8: bool, seed: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    hidden, inner, head = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    queries, keys = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    linear = {
        "self_attn.q_proj": (queries, hidden),
        "self_attn.k_proj": (keys, hidden),
        "self_attn.v_proj": (keys, hidden),
        "self_attn.o_proj": (hidden, queries),
        "mlp.gate_proj": (inner, hidden),
        "mlp.up_proj": (inner, hidden),
        "mlp.down_proj": (hidden, inner),
    }
    norms = {"input_layernorm": hidden, "post_attention_layernorm": hidden}
    norms |= {"self_attn.q_norm": head, "self_attn.k_norm": head}
    weights = {"model.embed_tokens.weight": _random(config["vocab_size"], hidden)}
    for layer in range(config["num_hidden_layers"]):
        for name, size in norms.items():
            weights[f"model.layers.{layer}.{name}.weight"] = torch.ones(size, dtype=torch.bfloat16)
        for name, (rows, columns) in linear.items():
            weights |= _linear(f"model.layers.{layer}.{name}", _random(rows, columns), fp8=fp8)
    weights["model.norm.weight"] = torch.ones(hidden, dtype=torch.bfloat16)
    return weights


def _random(rows: int, columns: int) -> torch.Tensor:
    return (torch.randn(rows, columns) / columns**0.5).to(torch.bfloat16)


def _linear(name: str, weight: torch.Tensor, *, fp8: bool) -> dict[str, torch.Tensor]:
    if not fp8:
        return {f"{name}.weight": weight}
    scale = weight.abs().amax(dim=1, keepdim=True).float() / torch.finfo(torch.float8_e4m3fn).max
    return {
        f"{name}.weight": (weight.float() / scale).to(torch.float8_e4m3fn),
        f"{name}.weight_scale": scale.to(torch.bfloat16),
    }


if __name__ == "__main__":
    options = argparse.ArgumentParser(description="make a tiny random-weight model that vLLM loads")
    options.add_argument("folder", type=Path)
    options.add_argument("--bf16", action="store_true", help="BF16 weights instead of FP8")
    chosen = options.parse_args()
    print(make(chosen.folder, fp8=not chosen.bf16))
