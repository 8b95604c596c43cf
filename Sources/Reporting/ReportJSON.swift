import Alerting
import Timekeeping

/// The report for programs; docs/report.md says what each key means, and keys are only ever added.
extension AuditReport {
    /// The number of the form; it changes when a key changes its meaning or goes.
    public static let jsonVersion = 1

    /// The whole report as one JSON document that ends in a line break; the same report gives the same bytes.
    public var json: String {
        JSONWriter.document { writer in
            writer.field("version", Self.jsonVersion)
            writer.field("tool", "tocsin \(toolVersion)")
            writer.field("connection", connection)
            writer.field("tenant", tenant)
            writer.field("generated_at", generatedAt)
            if let range {
                writer.object("range") {
                    $0.field("start", range.start); $0.field("end", range.end)
                }
            }
            writeOutcome(&writer)
            writer.list("rules", sortedRules, Self.write)
            writeControls(&writer)
            writeData(&writer)
            writer.list("failures", failures) { failure, writer in
                writer.field("kind", failure.kind.rawValue)
                writer.field("message", failure.message)
                writer.field("remedy", failure.remedy)
            }
        }
    }

    private func writeOutcome(_ writer: inout JSONWriter) {
        let decision = exitDecision
        writer.object("outcome") { writer in
            writer.field("exit_code", Int(decision.code))
            writer.field("reasons", decision.reasons.map(\.rawValue))
            writer.field("findings", findingCount)
            writer.object("findings_by_severity") { writer in
                let counts = Dictionary(uniqueKeysWithValues: findingCounts.map { ($0.severity, $0.count) })
                for severity in Severity.allCases.reversed() { writer.field(severity.rawValue, counts[severity] ?? 0) }
            }
            writer.object("rules_by_verdict") { writer in
                for kind in VerdictKind.allCases {
                    writer.field(kind.rawValue, rules.count { $0.verdict.kind == kind })
                }
            }
            writer.field("gaps", gaps)
        }
    }

    private static func write(_ rule: RuleResult, _ writer: inout JSONWriter) {
        writer.field("rule", rule.id)
        writer.field("title", rule.title)
        writer.field("policy", rule.policy)
        writer.field("severity", rule.severity.rawValue)
        writer.field("tags", rule.tags)
        writer.field("verdict", rule.verdict.kind.rawValue)
        writer.field("reasons", rule.verdict.reasons)
        writer.field("finding_count", rule.findingCount)
        writer.field("excepted_count", rule.exceptedCount)
        if !rule.exceptions.isEmpty {
            writer.list("exceptions", rule.exceptions) { exception, writer in
                writer.field("name", exception.name)
                writer.field("reason", exception.reason)
                writer.field("owner", exception.owner)
                writer.field("expires", exception.expires)
                writer.field("hits", exception.hits)
            }
        }
        if let by = rule.superUsersBy { writer.field("super_users_by", by) }
        writer.list("findings", rule.findings) { finding, writer in
            writer.field("severity", finding.severity.rawValue)
            writer.field("key", EvidenceValue.list(finding.key))
            writer.field("message", finding.message)
            writer.field("time", finding.time)
            writer.object("evidence") { writer in
                for entry in finding.evidence { writer.field(entry.name, entry.value) }
            }
            writer.field("activity_ids", finding.activityIDs)
        }
    }

    private func writeControls(_ writer: inout JSONWriter) {
        writer.list("controls", controls.flatMap { section in section.controls.map { (section, $0) } }) {
            pair, writer in
            writer.field("policy", pair.0.policy)
            writer.field("policy_title", pair.0.title)
            writer.field("id", pair.1.id)
            writer.field("title", pair.1.title)
            writer.field("rules", pair.1.rules)
            writer.field("state", state(of: pair.1, in: pair.0.policy)?.rawValue)
        }
    }

    private func writeData(_ writer: inout JSONWriter) {
        writer.object("data") { writer in
            writer.list("sources", sources) { source, writer in
                writer.field("name", source.name)
                writer.field("records", source.recordCount)
                writer.field("unreadable", source.unreadableCount)
                writer.field("complete", source.isComplete)
            }
            writer.list("kinds", kinds) { kind, writer in
                writer.field("kind", kind.kind)
                writer.field("meaning", kind.meaning)
                writer.field("count", kind.count)
            }
            writer.field("quarantine_count", quarantineCount)
            writer.list("quarantine", quarantine) { entry, writer in
                writer.field("place", entry.place)
                writer.field("reason", entry.reason)
            }
            writer.list("collections", collections) { collection, writer in
                writer.field("name", collection.name)
                writer.field("count", collection.count)
                writer.field("availability", collection.availability.rawValue)
            }
            writer.object("super_users") { writer in
                writer.field("count", superUsers.count)
                writer.field("resolvers", superUsers.resolvers)
            }
        }
    }
}
