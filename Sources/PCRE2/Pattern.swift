internal import CPCRE2

/// Why a text is no pattern, and where.
public struct PatternError: Error, Hashable, Sendable {
    /// One clause in lower case, without a full stop.
    public let message: String
    /// Byte offset into the pattern's UTF-8; its length when the fault is at the end.
    public let offset: Int
}

/// A compiled regular expression, shared by all threads.
///
/// Compiled with UTF, DOLLAR_ENDONLY, NEVER_BACKSLASH_C and USE_OFFSET_LIMIT; to machine code where the system allows
/// that. What can cost without bound or reach outside the match is refused: verbs `(*...)`, callouts, `\G`, `\K`, and
/// without `extended` also recursion and backreferences.
public final class Pattern: @unchecked Sendable {
    // The code is read only after init; PCRE2 allows that from any number of threads.
    let code: OpaquePointer
    /// The pattern as it was written.
    public let text: String
    /// Groups that capture, named ones included.
    public let captureCount: Int
    /// Whether every match begins at the first byte.
    public let isAnchored: Bool
    /// Whether matching runs machine code; without it the same pattern is interpreted.
    public let isCompiled: Bool

    /// Bytes of the longest pattern.
    public static let lengthLimit = 4096
    /// How deep brackets may be nested.
    public static let nestingLimit: UInt32 = 50

    /// Compiles a pattern.
    ///
    /// - Parameters:
    ///   - extended: Whether recursion and backreferences are allowed.
    ///   - usesMachineCode: Whether to try for machine code; tests of the interpreter turn it off.
    public init(_ text: String, extended: Bool = false, usesMachineCode: Bool = true) throws(PatternError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.lengthLimit else {
            throw PatternError(
                message: "this pattern has \(bytes.count) bytes, and at most \(Self.lengthLimit) are allowed",
                offset: Self.lengthLimit)
        }
        if let refusal = PatternScan.refusal(in: bytes, extended: extended) { throw refusal }
        code = try Self.compile(bytes)
        self.text = text
        var captures: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &captures)
        var options: UInt32 = 0
        pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_ALLOPTIONS), &options)
        captureCount = Int(captures)
        isAnchored = options & UInt32(PCRE2_ANCHORED) != 0
        isCompiled = usesMachineCode && pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE)) == 0
    }

    deinit { pcre2_code_free_8(code) }

    /// - Parameter countsItems: Whether a callout stands before every item, for the probe.
    static func compile(_ bytes: [UInt8], countsItems: Bool = false) throws(PatternError) -> OpaquePointer {
        let context = pcre2_compile_context_create_8(nil)
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_parens_nest_limit_8(context, nestingLimit)
        let options =
            UInt32(PCRE2_UTF) | UInt32(PCRE2_DOLLAR_ENDONLY) | UInt32(PCRE2_NEVER_BACKSLASH_C)
            | UInt32(PCRE2_USE_OFFSET_LIMIT)
            | (countsItems ? UInt32(PCRE2_AUTO_CALLOUT) | UInt32(PCRE2_NO_AUTO_POSSESS) : 0)
        var fault: Int32 = 0
        var offset = 0
        let compiled = bytes.withUnsafeBufferPointer { buffer in
            withUnsafePointer(to: UInt8(0)) { empty in
                pcre2_compile_8(buffer.baseAddress ?? empty, buffer.count, options, &fault, &offset, context)
            }
        }
        guard let compiled else {
            throw PatternError(message: message(for: fault), offset: min(offset, bytes.count))
        }
        return compiled
    }

    private static func message(for fault: Int32) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { buffer in
            let count = pcre2_get_error_message_8(fault, buffer.baseAddress, buffer.count)
            guard count > 0 else { return "this pattern is not valid" }
            let text = String(decoding: buffer.prefix(Int(count)), as: UTF8.self)
            // What PCRE2's own options are called helps nobody here.
            guard text.hasSuffix(")"), let note = text.firstRange(of: " (PCRE2_") else { return text }
            return String(text[..<note.lowerBound])
        }
    }

    /// The number of a named group; nil when there is none of that name.
    public func group(named name: String) -> Int? {
        let number = pcre2_substring_number_from_name_8(code, Array(name.utf8) + [0])
        return number > 0 ? Int(number) : nil
    }
}
