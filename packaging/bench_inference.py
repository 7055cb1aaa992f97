"""Measures the engine against llama.cpp's own programs and writes docs/benchmarks/inference.md.

bench_inference.py PROGRAM EXAMPLE MODEL LLAMA: the built cloister, the built example
`measure_engine`, the model's file, and the folder with llama-bench and llama-server
(packaging/build-llama-tools.sh). Both sides run one after the other, on one machine, in one run;
the table gives ratios besides the figures, since figures of a busy machine say little.
"""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs/benchmarks/inference.md"
ANSWER = 64
CROWDS = [1, 2, 4, 8, 16]
WORDS = (
    "paper street letter river market winter garden number window doctor ticket friend summer "
    "island record bridge"
).split()


def prompt(seed: int, words: int) -> str:
    """The same text as the example's `prompt`."""
    mask = (1 << 64) - 1

    def word(at: int) -> str:
        number = ((seed * 1_000_003 + at + 1) * 2_654_435_761 & mask) >> 16
        return WORDS[number % len(WORDS)]

    sentences = (
        f"The {word(3 * at)} was near the {word(3 * at + 1)}, and a {word(3 * at + 2)} stood by. "
        for at in range(words // 11)
    )
    return f"{''.join(sentences)}Write a long story about lighthouse number {seed}."


def ours(program: str, example: str, models: Path) -> dict:
    """The figures of the example by name; those of which there are several as lists."""
    run = subprocess.run([example, program, models], check=True, stdout=subprocess.PIPE, text=True)
    found: dict = {}
    for line in run.stdout.splitlines():
        item = json.loads(line)
        found.setdefault(item["figure"], []).append(item["figures"])
    return found


def llama_bench(tools: Path, model: str, threads: int, depth: int) -> dict:
    """Tokens a second of llama-bench: the best of its repetitions, as ours."""
    command = [tools / "llama-bench", "-m", model, "-t", str(threads), "-p", "512", "-n", "128"]
    command += ["-d", str(depth), "-r", "3", "-o", "json"]
    run = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    rates = {}
    for test in json.loads(run.stdout):
        rates["prefill" if test["n_prompt"] else "decode"] = max(test["samples_ts"])
    return rates


class Server:
    """llama-server with eight places of 4,096 tokens, on a port of its own."""

    def __init__(self, tools: Path, model: str, threads: int):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        command = [tools / "llama-server", "-m", model, "-t", str(threads), "-np", "8"]
        command += ["-c", str(8 * 4096), "--host", "127.0.0.1", "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not self.is_ready():
            if self.process.poll() is not None:
                sys.exit("llama-server ended")
            time.sleep(0.1)

    def is_ready(self) -> bool:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False

    def chat(self, messages: list, tokens: int) -> dict:
        """Streams one answer: when its pieces came, counted from the request, and its text."""
        body = {"messages": messages, "max_tokens": tokens, "stream": True, "temperature": 0}
        body |= {"repeat_penalty": 1.1, "cache_prompt": True}
        start = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        headers = {"content-type": "application/json"}
        connection.request("POST", "/v1/chat/completions", json.dumps(body), headers)
        times, text = [], ""
        for line in connection.getresponse():
            if not line.startswith(b"data: {"):
                continue
            choices = json.loads(line[6:]).get("choices") or [{}]
            piece = choices[0].get("delta", {}).get("content")
            if piece:
                times.append(time.monotonic() - start)
                text += piece
        return {"times": times, "text": text}

    def together(self, crowd: int) -> dict:
        answers: list = [None] * crowd

        def ask(at: int) -> None:
            question = {"role": "user", "content": prompt(at + 100 * crowd, 500)}
            answers[at] = self.chat([question], ANSWER)

        start = time.monotonic()
        threads = [threading.Thread(target=ask, args=(at,)) for at in range(crowd)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.monotonic() - start
        tokens = sum(len(answer["times"]) for answer in answers)
        firsts = sorted(answer["times"][0] for answer in answers)
        return {"tokens_per_second": tokens / seconds, "first_text_seconds": firsts}

    def turns(self) -> dict:
        question = {"role": "user", "content": prompt(7, 1_000)}
        first = self.chat([question], ANSWER)
        answer = {"role": "assistant", "content": first["text"]}
        then = {"role": "user", "content": "And what came after that?"}
        second = self.chat([question, answer, then], ANSWER)
        return {"cold_seconds": first["times"][0], "second_seconds": second["times"][0]}

    def close(self) -> None:
        self.process.terminate()
        self.process.wait()


def row(name: str, mine: float, theirs: float, unit: str) -> str:
    return f"| {name} | {mine:.3g} {unit} | {theirs:.3g} {unit} | {mine / theirs:.2f} |"


def page(found: dict, theirs: dict, load: str) -> str:
    lines = [
        "# Inference",
        "",
        "Written by `make bench-inference LLAMA=DIR`. Ours is the shipped worker, through queue and",
        "pipes; theirs is `llama-bench` and `llama-server` built with the same flags from the sources",
        "in the source distribution of llama-cpp-python 0.3.36. The model is the built-in one, in its",
        "shipped format (Q4_1); answers have 64 tokens. Read the ratios: both sides ran in one run.",
        "",
        f"Machine: {os.cpu_count()} processors, load before the run {load}.",
        "",
        "| what | ours | llama.cpp | ratio |",
        "| --- | --- | --- | --- |",
    ]
    for mine, other in zip(found["bench"], theirs["bench"]):
        depth = mine["depth"]
        pairs = [("prefill", "prefill_tokens_per_second"), ("decode", "decode_tokens_per_second")]
        for name, key in pairs:
            lines.append(row(f"{name} after {depth} tokens", mine[key], other[name], "tokens/s"))
    for mine, other in zip(found["together"], theirs["together"]):
        crowd = mine["conversations"]
        name = f"{crowd} conversations of 500 words, all answers"
        lines.append(row(name, mine["tokens_per_second"], other["tokens_per_second"], "tokens/s"))
        name = f"{crowd} conversations, last first text"
        last = (mine["first_text_seconds"][-1], other["first_text_seconds"][-1])
        lines.append(row(name, *last, "s"))
    mine, other = found["turns"][0], theirs["turns"]
    lines.append(row("first text, cold, 1,000 words", mine["cold_seconds"], other["cold_seconds"], "s"))
    lines.append(row("first text, second turn", mine["second_seconds"], other["second_seconds"], "s"))
    gap, cancel, same = found["gap"][0], found["cancel"][0]["seconds"], found["same"][0]
    lines += [
        "",
        f"- Start to ready, digest of the model checked: {found['ready'][0]['seconds']:.2f} s.",
        f"- A second turn after 1,000 tokens takes {mine['second_seconds'] / mine['cold_seconds']:.2f}"
        f" of a cold one; {mine['computed_tokens']} tokens were computed, though somebody else had"
        " asked in between.",
        f"- A prompt of {gap['prompt_tokens']} tokens arrives beside an answer: its longest pause is"
        f" {gap['longest_gap_seconds'] * 1000:.0f} ms.",
        f"- Cancelled in the middle of a prompt, the engine is free after {max(cancel) * 1000:.0f} ms"
        f" at most in {len(cancel)} trials.",
        f"- Of {same['of']} answers, {same['same']} are the same to the byte beside each other as"
        " alone: llama.cpp adds up in another order for several tokens than for one.",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    program, example, model, tools = sys.argv[1:]
    tools, threads = Path(tools), os.cpu_count() or 1
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    found = ours(program, example, Path(model).parent)
    theirs: dict = {"bench": [llama_bench(tools, model, threads, depth) for depth in (0, 1024)]}
    server = Server(tools, model, threads)
    try:
        theirs["together"] = [server.together(crowd) for crowd in CROWDS]
        theirs["turns"] = server.turns()
    finally:
        server.close()
    PAGE.write_text(page(found, theirs, load))
    print(f"wrote {PAGE}")


if __name__ == "__main__":
    main()
