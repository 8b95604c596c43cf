/// What a fuzzer feeds with bytes: a parser or an evaluator, and the promises that hold for any input.
struct FuzzTarget: Sendable {
    /// Names the folder of its seeds and the row of the table.
    let name: String
    /// Feeds one input.
    ///
    /// - Returns: The promise that was broken; nil when all held. A crash or a hang speaks for itself.
    let run: @Sendable (UnsafeRawBufferPointer) -> String?

    /// Every target, in the order in which they are run.
    static let all = [syntax, evaluation, pattern, record, webhook, rowPage, ruleFile, text]
}

/// A text of any bytes; what is not UTF-8 is replaced, as it is where files are read.
func readText(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
