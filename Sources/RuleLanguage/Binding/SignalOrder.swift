import Diagnostics

/// Puts signal rules into an order in which each comes after those whose signals it reads.
enum SignalOrder {
    /// The order; rules that feed each other in a circle are reported and left out of the book.
    static func order(_ entries: inout [String: BookBuilder.Entry]) -> [String] {
        let good = entries.filter { $0.value.rule != nil && $0.value.compiled != nil }
        let signals = Set(good.filter { $0.value.source.isSignal }.keys)
        var left = signals.sorted()
        var done: [String] = []
        while !left.isEmpty {
            let ready = left.filter { id in
                let read = good[id]?.compiled?.signalsRead.intersection(signals) ?? []
                return read.isSubset(of: Set(done))
            }
            if ready.isEmpty { break }
            done += ready
            left.removeAll(where: ready.contains)
        }
        for id in left {
            guard let source = entries[id]?.source else { continue }
            source.sink.error(
                .signalCycle, "the signal `\(id)` depends on itself, by itself or through other signals",
                at: source.id.span,
                help: "remove one of the conditions on `signal.…` in " + left.joined(separator: ", "))
            entries[id]?.rule = nil
            entries[id]?.compiled = nil
        }
        return done
    }
}
