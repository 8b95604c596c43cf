import Alerting

/// A backtest for programs; docs/backtest.md says what each key means, and keys are only ever added.
extension BacktestReport {
    /// The number of the form; it changes when a key changes its meaning or goes.
    public static let jsonVersion = 1

    /// The whole backtest as one JSON document that ends in a line break; the same one gives the same bytes.
    public var json: String {
        JSONWriter.document { writer in
            writer.field("version", Self.jsonVersion)
            writer.field("tool", "tocsin \(toolVersion)")
            writer.field("connection", connection)
            writer.object("range") { writer in
                writer.field("from", range.from)
                writer.field("to", range.to)
            }
            writer.object("against") { writer in
                writer.field("kind", baseline.word)
                if case .rules(let path) = baseline { writer.field("rules", path) }
            }
            writer.object("facts") { writer in
                writer.field("activities", activityCount)
                writer.field("directories", directoryCount)
                writer.field("unreadable", unreadableCount)
                writer.field("gaps", gaps)
            }
            writeOutcome(&writer)
            writer.list("rules", rules, Self.write)
        }
    }

    private func writeOutcome(_ writer: inout JSONWriter) {
        let decision = exitDecision
        writer.object("outcome") { writer in
            writer.field("exit_code", Int(decision.code))
            writer.field("reasons", decision.reasons.map(\.rawValue))
            writer.field("before", beforeCount)
            writer.field("after", afterCount)
            writer.field("gained", gainedCount)
            writer.field("lost", lostCount)
            writer.field("changed", changedCount)
        }
    }

    private static func write(_ rule: Rule, _ writer: inout JSONWriter) {
        writer.field("rule", rule.rule)
        writer.field("policy", rule.policy)
        writer.field("before", rule.before)
        writer.field("after", rule.after)
        writer.list("gained", rule.gained, write)
        writer.list("lost", rule.lost, write)
        writer.list("changed", rule.changed) { change, writer in
            writer.field("fields", change.fields.map(\.rawValue))
            writer.object("before") { write(change.before, &$0) }
            writer.object("after") { write(change.after, &$0) }
        }
        writer.field("unknown", rule.unknown)
        writer.field("unknown_before", rule.unknownBefore)
    }

    private static func write(_ alert: BacktestAlert, _ writer: inout JSONWriter) {
        writer.field("id", alert.id)
        writer.field("key", .list(alert.key))
        writer.field("severity", alert.severity.rawValue)
        writer.field("message", alert.message)
        writer.field("first", alert.first)
        writer.field("last", alert.last)
        writer.field("count", alert.count)
        writer.object("values") { writer in
            for entry in alert.values { writer.field(entry.name, entry.value) }
        }
        writer.field("activities", alert.activityIDs)
    }
}

extension BacktestReport.Baseline {
    var word: String {
        switch self {
        case .raised: "raised"
        case .rules: "rules"
        case .nothing: "nothing"
        }
    }
}
