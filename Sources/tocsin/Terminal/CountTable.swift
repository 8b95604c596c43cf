import Monitor

/// What `tocsin audit --count` prints: one line a rule, and a total that is the last line.
struct CountTable {
    let text: String

    init(_ result: FileCount.Result) {
        let policies = Set(result.lines.map(\.policy))
        let names = result.lines.map { policies.count > 1 ? "\($0.policy)/\($0.rule)" : $0.rule }
        let width = names.map(\.count).max() ?? 0
        var text = ""
        for (name, line) in zip(names, result.lines) {
            text += name + String(repeating: " ", count: width - name.count)
            text += "  \(line.fired) matches, \(line.keys) keys"
            text += Self.memory(line.liveKeys, line.stateBytes)
            text += line.failures > 0 ? ", \(line.failures) without a value\n" : "\n"
        }
        text += "total \(result.fired) matches, \(result.keys) keys of \(result.activities) activities"
        text += Self.memory(result.liveKeys, result.stateBytes)
        text += result.unreadable > 0 ? ", \(result.unreadable) records unreadable\n" : "\n"
        self.text = text
    }

    /// What a rule remembers at the end, with what a key takes; nothing for rules without memory.
    private static func memory(_ keys: Int, _ bytes: Int) -> String {
        keys == 0 ? "" : ", \(keys) keys held in \(bytes) bytes (\(bytes / keys) a key)"
    }
}
