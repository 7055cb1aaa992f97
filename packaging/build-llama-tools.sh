#!/usr/bin/env bash
# Builds llama.cpp's own programs, to measure against: build-llama-tools.sh FOLDER
#
# The sources are those in the source distribution of llama-cpp-python, since the crate leaves the
# programs out; the flags are those of the crate's build (baseline x86-64-v3, OpenMP). Takes about
# six minutes on two processors. FOLDER/build/bin has the programs.
set -euo pipefail
folder=${1:?usage: build-llama-tools.sh FOLDER}
version=0.3.36
mkdir -p "$folder"
cd "$folder"
[ -f "llama_cpp_python-$version.tar.gz" ] ||
	pip download --quiet --no-deps --no-binary :all: "llama-cpp-python==$version"
[ -d "llama_cpp_python-$version" ] || tar xzf "llama_cpp_python-$version.tar.gz"
cmake -S "llama_cpp_python-$version/vendor/llama.cpp" -B build \
	-DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DGGML_NATIVE=OFF -DGGML_SSE42=ON \
	-DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_BMI2=ON -DGGML_F16C=ON -DGGML_FMA=ON -DGGML_OPENMP=ON \
	-DLLAMA_CURL=OFF -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
	-DLLAMA_BUILD_WEBUI=OFF
cmake --build build --parallel "$(nproc)" --target llama-bench llama-server
