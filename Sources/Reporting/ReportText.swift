import Alerting
import Timekeeping

/// How the text form is written.
public struct ReportTextOptions: Hashable, Sendable {
    /// Whether escape codes for colours may be used.
    public var hasColor: Bool
    /// Columns of the terminal.
    public var width: Int
    /// How many findings of one rule are listed.
    public var findingLimit: Int
    /// Whether findings and controls follow the first screen and what was read.
    public var hasDetails: Bool

    public init(hasColor: Bool = false, width: Int = 100, findingLimit: Int = 10, hasDetails: Bool = true) {
        self.hasColor = hasColor
        self.width = width
        self.findingLimit = findingLimit
        self.hasDetails = hasDetails
    }
}

extension AuditReport {
    /// The report for a terminal: first one screen that says what is wrong, then the details.
    public func text(_ options: ReportTextOptions = ReportTextOptions()) -> String {
        var form = ReportText(report: self, options: options)
        return form.render()
    }
}

/// Builds the text form, section by section.
private struct ReportText {
    let report: AuditReport
    let options: ReportTextOptions
    var page: TerminalText
    /// How many lines the lists of the first screen have.
    static let summaryLimit = 12
    static let kindLimit = 15
    static let quarantineLimit = 10

    init(report: AuditReport, options: ReportTextOptions) {
        self.report = report
        self.options = options
        page = TerminalText(hasColor: options.hasColor, width: options.width)
    }

    mutating func render() -> String {
        let failed = report.rules(.fail)
        writeSummary(failed)
        writeData()
        guard options.hasDetails else { return page.text }
        if !failed.isEmpty { page.heading("Findings") }
        for rule in failed { writeDetails(rule) }
        writeExceptions()
        writeControls()
        return page.text
    }

    private mutating func writeSummary(_ failed: [AuditReport.RuleResult]) {
        let tenant = report.tenant.map { " (\(PlainLine.clean($0)))" } ?? ""
        page.line(page.styled("Audit of \(PlainLine.clean(report.connection))", .bold) + tenant)
        if let range = report.range {
            page.line("Activities from \(Self.second(range.start)) to \(Self.second(range.end))")
        }
        page.blank()
        writeStatement()
        for failure in report.failures {
            page.paragraph(failure.message, lead: mark("failed", .brightRed), leadWidth: 10, hanging: 10)
            if !failure.remedy.isEmpty {
                page.paragraph("→ " + failure.remedy, lead: indent, leadWidth: 10, hanging: 12)
            }
        }
        for gap in report.gaps {
            page.paragraph(gap, lead: mark("missing", .yellow), leadWidth: 10, hanging: 10)
        }
        writeRuleLines(failed)
        for rule in report.rules(.error) { writeReasons(rule) }
        writeUnknown(report.rules(.unknown))
    }

    /// Rules without a verdict: one line each, or one for many that lack the same.
    private mutating func writeUnknown(_ rules: [AuditReport.RuleResult]) {
        let groups = Dictionary(grouping: rules) { $0.verdict.reasons }
        var told = Set<[String]>()
        for rule in rules where told.insert(rule.verdict.reasons).inserted {
            let alike = groups[rule.verdict.reasons] ?? []
            guard alike.count > 2 else {
                alike.forEach { writeReasons($0) }
                continue
            }
            let reasons = rule.verdict.reasons.joined(separator: "; ")
            let ids = alike.map(\.id).joined(separator: ", ")
            page.paragraph(
                "\(reasons): \(plural(alike.count, "rule")) (\(ids))", lead: mark("unknown", .yellow), leadWidth: 10,
                hanging: 10)
        }
    }

    /// A moment to the second, which is what people look for.
    private static func second(_ moment: Timestamp) -> String { Timestamp(seconds: moment.seconds).rfc3339 }

    private var indent: String { String(repeating: " ", count: 10) }

    private func mark(_ word: String, _ style: TerminalText.Style) -> String {
        page.styled(TerminalText.padded(word, 10), style)
    }

    private mutating func writeStatement() {
        let counts = report.findingCounts.map { "\(grouped($0.count)) \($0.severity.rawValue)" }
        let passed = report.rules(.pass).count
        if report.findingCount == 0 {
            let isSure = report.exitDecision.code == 0
            let text = isSure ? "Nothing found." : "Nothing found in what could be judged."
            page.line(page.styled(text, isSure ? .green : .yellow))
        } else {
            page.paragraph("\(plural(report.findingCount, "finding")): " + counts.joined(separator: ", "))
        }
        var parts = ["\(plural(report.rules.count, "rule")): \(passed) passed"]
        for (kind, word) in [(VerdictKind.fail, "failed"), (.error, "broken"), (.unknown, "unknown")] {
            let count = report.rules.count { $0.verdict.kind == kind }
            if count > 0 { parts.append("\(count) \(word)") }
        }
        page.paragraph(parts.joined(separator: ", "))
        page.blank()
    }

    private mutating func writeRuleLines(_ failed: [AuditReport.RuleResult]) {
        let countWidth = failed.map { grouped($0.findingCount).count }.max() ?? 0
        for rule in failed.prefix(Self.summaryLimit) {
            let count = grouped(rule.findingCount)
            let aligned = String(repeating: " ", count: countWidth - count.count) + count
            page.paragraph(
                "\(rule.title) [\(rule.id)]", lead: severityMark(rule.severity) + aligned + "  ",
                leadWidth: 15 + countWidth, hanging: 15 + countWidth)
        }
        if failed.count > Self.summaryLimit {
            page.line("and \(plural(failed.count - Self.summaryLimit, "more rule")) that failed, below")
        }
    }

    private func severityMark(_ severity: Severity) -> String {
        let style: TerminalText.Style =
            switch severity {
            case .critical: .brightRed
            case .high: .red
            case .medium: .yellow
            case .low: .blue
            case .informational: .dim
            }
        return page.styled(TerminalText.padded(severity.rawValue, 13), style)
    }

    private mutating func writeReasons(_ rule: AuditReport.RuleResult) {
        let isError = rule.verdict.kind == .error
        let reasons = rule.verdict.reasons.isEmpty ? "" : ": " + rule.verdict.reasons.joined(separator: "; ")
        page.paragraph(
            "\(rule.title) [\(rule.id)]\(reasons)",
            lead: mark(isError ? "broken" : "unknown", isError ? .brightRed : .yellow), leadWidth: 10, hanging: 10)
    }

    private mutating func writeData() {
        page.heading("What was read")
        for source in report.sources {
            let unreadable = source.unreadableCount > 0 ? ", \(grouped(source.unreadableCount)) unreadable" : ""
            page.paragraph(
                "\(source.name): \(plural(source.recordCount, "record"))\(unreadable)", lead: "  ", leadWidth: 2,
                hanging: 4)
        }
        if !report.collections.isEmpty {
            let parts = report.collections.map { collection in
                switch collection.availability {
                case .complete: "\(grouped(collection.count)) \(collection.name)"
                case .incomplete: "\(grouped(collection.count)) \(collection.name) (incomplete)"
                case .notAvailable: "\(collection.name) not available"
                }
            }
            page.paragraph("Directory: " + parts.joined(separator: ", "), lead: "  ", leadWidth: 2, hanging: 4)
        }
        if let count = report.superUsers.count {
            let by = report.superUsers.resolvers.joined(separator: ", ")
            page.paragraph("\(plural(count, "super user")), told by \(by)", lead: "  ", leadWidth: 2, hanging: 4)
        } else if !report.collections.isEmpty {
            page.paragraph("Super users: not known, no resolver applies", lead: "  ", leadWidth: 2, hanging: 4)
        }
        writeKinds()
        for entry in report.quarantine.prefix(Self.quarantineLimit) {
            page.paragraph("\(entry.place): \(entry.reason)", lead: "  ", leadWidth: 2, hanging: 4)
        }
        let rest = report.quarantineCount - min(report.quarantine.count, Self.quarantineLimit)
        if rest > 0 {
            page.paragraph(
                "and \(plural(rest, "more record")) that could not be read", lead: "  ", leadWidth: 2, hanging: 4)
        }
    }

    private mutating func writeKinds() {
        let widest = report.kinds.prefix(Self.kindLimit).map { PlainLine.clean($0.kind).count }.max() ?? 0
        for kind in report.kinds.prefix(Self.kindLimit) {
            let count = grouped(kind.count)
            let aligned = String(repeating: " ", count: max(0, 11 - count.count)) + count
            let name = TerminalText.padded(PlainLine.clean(kind.kind), widest)
            page.paragraph(
                kind.meaning, lead: "\(aligned)  \(name)\(kind.meaning.isEmpty ? "" : "  ")",
                leadWidth: 15 + widest, hanging: 15 + widest)
        }
        let rest = report.kinds.dropFirst(Self.kindLimit)
        if !rest.isEmpty {
            let activities = plural(rest.reduce(0) { $0 + $1.count }, "record")
            page.line("             and \(activities) of \(plural(rest.count, "more kind"))")
        }
    }

    private mutating func writeDetails(_ rule: AuditReport.RuleResult) {
        page.blank()
        page.paragraph(
            "\(rule.title) [\(rule.policy)/\(rule.id)]", lead: severityMark(rule.severity), leadWidth: 13, hanging: 13)
        for finding in rule.findings.prefix(max(0, options.findingLimit)) {
            let key = finding.key.map(\.plainText).joined(separator: ", ")
            let start = key.isEmpty ? "" : key + ": "
            page.paragraph(
                "\(start)\(finding.message)", lead: "  - ", leadWidth: 4, hanging: 4)
            let evidence = finding.evidence.map { "\($0.name)=\($0.value.plainText)" }.joined(separator: ", ")
            page.paragraph(
                evidence, lead: "    " + page.styled(finding.time.rfc3339, .dim) + " ",
                leadWidth: 5 + finding.time.rfc3339.count, hanging: 6)
        }
        let rest = rule.findingCount - min(rule.findings.count, max(0, options.findingLimit))
        if rest > 0 { page.line("    and \(grouped(rest)) more") }
        if rule.exceptedCount > 0 { page.line("    \(plural(rule.exceptedCount, "finding")) excepted by the policy") }
    }

    private mutating func writeExceptions() {
        let exceptions = report.exceptions
        guard !exceptions.isEmpty else { return }
        page.heading("Exceptions")
        for (rule, exception) in exceptions {
            page.paragraph(
                "\(exception.name) [\(rule.policy)/\(rule.id)] \(report.state(of: exception)) "
                    + "(\(exception.owner): \(exception.reason))", lead: "  - ", leadWidth: 4, hanging: 4)
        }
    }

    private mutating func writeControls() {
        for section in report.controls {
            page.heading("Controls of \(PlainLine.clean(section.title))")
            for control in section.controls {
                let state = report.state(of: control, in: section.policy)
                let style: TerminalText.Style =
                    switch state {
                    case .pass: .green
                    case .fail, .error: .red
                    case .unknown, nil: .yellow
                    }
                page.paragraph(
                    "\(control.id) \(control.title)", lead: "  " + mark(state?.rawValue ?? "no rule", style),
                    leadWidth: 12, hanging: 12)
            }
        }
    }
}
