//! The processor that this program needs, checked at build time and before anything else runs.
//!
//! Everything is compiled for x86-64-v3 (`.cargo/config.toml`), llama.cpp included, so an older
//! processor would meet an illegal instruction: perhaps in a static constructor of the C++
//! libraries, long before `main`. The check therefore stands in `.preinit_array`, which the
//! dynamic loader runs before every constructor, and is written in instructions that every x86-64
//! has; compiled Rust here could itself contain newer ones. `is_x86_feature_detected!` would not
//! do: it is constant true for features that the build assumes.

#[cfg(target_arch = "x86_64")]
mod x86 {
    /// x86-64-v3 by the System V psABI, as far as the compiler has names for it.
    const _: () = assert!(
        cfg!(all(
            target_feature = "avx",
            target_feature = "avx2",
            target_feature = "bmi1",
            target_feature = "bmi2",
            target_feature = "f16c",
            target_feature = "fma",
            target_feature = "lzcnt",
            target_feature = "movbe",
            target_feature = "popcnt",
            target_feature = "sse4.2",
        )),
        "the build lacks x86-64-v3: RUSTFLAGS or another setting replaced the rustflags of \
         .cargo/config.toml; unset it, or add -C target-cpu=x86-64-v3 to it",
    );

    #[expect(unsafe_code, reason = "must run before constructors, in baseline instructions only")]
    mod check {
        // Bits by Intel's manual, volume 2, CPUID: leaf 1 ECX has SSE3 0, SSSE3 9, FMA 12, CX16 13,
        // SSE4.1 19, SSE4.2 20, MOVBE 22, POPCNT 23, XSAVE 26, OSXSAVE 27, AVX 28, F16C 29; leaf 7
        // EBX has BMI1 3, AVX2 5, BMI2 8; leaf 0x80000001 ECX has LAHF 0, LZCNT 5. Register XCR0
        // bits 1 and 2: the kernel saves SSE and AVX state. Calls 1 and 231 are write, exit_group.
        core::arch::global_asm!(
            ".pushsection .rodata",
            "cloister_cpu_message:",
            ".ascii \"cloister: this processor is too old. It needs x86-64-v3 (AVX2, BMI2, FMA): \"",
            ".ascii \"Intel Core of 2013, AMD Ryzen, or newer. In a virtual machine, let it see \"",
            ".ascii \"the host's processor.\\n\"",
            "cloister_cpu_message_end:",
            ".popsection",
            ".pushsection .text",
            ".type cloister_cpu_check, @function",
            "cloister_cpu_check:",
            "push rbx",
            "xor eax, eax",
            "cpuid",
            "cmp eax, 7",
            "jb 2f",
            "mov eax, 1",
            "xor ecx, ecx",
            "cpuid",
            "and ecx, {leaf_1}",
            "cmp ecx, {leaf_1}",
            "jne 2f",
            "mov eax, 7",
            "xor ecx, ecx",
            "cpuid",
            "and ebx, {leaf_7}",
            "cmp ebx, {leaf_7}",
            "jne 2f",
            "mov eax, 0x80000001",
            "xor ecx, ecx",
            "cpuid",
            "and ecx, {extended}",
            "cmp ecx, {extended}",
            "jne 2f",
            // OSXSAVE was among the bits of leaf 1, so this instruction exists.
            "xor ecx, ecx",
            "xgetbv",
            "and eax, 6",
            "cmp eax, 6",
            "jne 2f",
            "pop rbx",
            "ret",
            "2:",
            "mov eax, 1",
            "mov edi, 2",
            "lea rsi, [rip + cloister_cpu_message]",
            "lea rdx, [rip + cloister_cpu_message_end]",
            "sub rdx, rsi",
            "syscall",
            "mov eax, 231",
            "mov edi, 1",
            "syscall",
            "hlt",
            ".size cloister_cpu_check, . - cloister_cpu_check",
            ".popsection",
            leaf_1 = const 1 | 1 << 9 | 1 << 12 | 1 << 13 | 1 << 19 | 1 << 20 | 1 << 22 | 1 << 23
                | 1 << 26 | 1 << 27 | 1 << 28 | 1 << 29,
            leaf_7 = const 1 << 3 | 1 << 5 | 1 << 8,
            extended = const 1 | 1 << 5,
        );

        unsafe extern "C" {
            fn cloister_cpu_check();
        }

        /// The entry that the dynamic loader calls.
        // SAFETY: an array of function pointers is what the section holds; the function keeps the
        // calling convention and needs nothing that a constructor would set up.
        #[used]
        #[unsafe(link_section = ".preinit_array")]
        static BEFORE_CONSTRUCTORS: unsafe extern "C" fn() = cloister_cpu_check;
    }
}
