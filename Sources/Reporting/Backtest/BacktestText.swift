import Alerting
import Timekeeping

extension BacktestReport {
    /// The backtest for a terminal: a table of the rules that differ, then every alert gained, lost or changed.
    ///
    /// - Parameter options: `findingLimit` is the number of alerts listed of a rule and kind of difference.
    public func text(_ options: ReportTextOptions = ReportTextOptions(findingLimit: 50)) -> String {
        var form = BacktestText(report: self, options: options)
        return form.render()
    }
}

/// Builds the text form, section by section.
private struct BacktestText {
    let report: BacktestReport
    let options: ReportTextOptions
    var page: TerminalText
    private static let indent = 11

    init(report: BacktestReport, options: ReportTextOptions) {
        self.report = report
        self.options = options
        page = TerminalText(hasColor: options.hasColor, width: options.width)
    }

    mutating func render() -> String {
        writeHead()
        let differing = report.rules.filter { !$0.isSame }
        if differing.isEmpty {
            page.blank()
            page.line("No alert was gained, lost or changed: \(Self.count(report.afterCount, "alert")) as before.")
        } else {
            writeTable(differing)
            for rule in differing { write(rule) }
        }
        writeUnknown()
        return page.text
    }

    private mutating func writeHead() {
        page.line(page.styled("Backtest of \(PlainLine.clean(report.connection))", .bold))
        page.line(Self.words(report.range))
        let baseline =
            switch report.baseline {
            case .raised: "what was raised"
            case .rules(let path): "the rules of \(PlainLine.clean(path))"
            case .nothing: "nothing, so every alert is gained"
            }
        page.line("the rules here (after) against \(baseline)" + (report.baseline == .nothing ? "" : " (before)"))
        page.line(
            Self.count(report.activityCount, "activity", "activities") + ", "
                + Self.count(report.directoryCount, "copy of the directory", "copies of the directory"))
        for gap in report.gaps {
            page.paragraph(
                gap, lead: page.styled("missing", .yellow) + "    ", leadWidth: Self.indent, hanging: Self.indent)
        }
        if report.unreadableCount > 0 { page.line("\(Self.count(report.unreadableCount, "record")) unreadable") }
    }

    private static func words(_ range: BacktestRange) -> String {
        let from = range.from == .earliest ? "the first" : range.from.rfc3339
        let to = range.to == .latest ? "the last" : range.to.rfc3339
        return from == "the first" && to == "the last" ? "everything there is" : "\(from) to \(to)"
    }

    private static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }

    // MARK: The table

    private mutating func writeTable(_ rules: [BacktestReport.Rule]) {
        let same = report.rules.count - rules.count
        let total = "all \(Self.count(report.rules.count, "rule"))"
        var rows = rules.map { rule in
            (name(rule), [rule.before, rule.after, rule.gained.count, rule.lost.count, rule.changed.count])
        }
        rows.append(
            (total, [report.beforeCount, report.afterCount, report.gainedCount, report.lostCount, report.changedCount]))
        let width = rows.map(\.0.count).max() ?? 0
        let heads = ["before", "after", "gained", "lost", "changed"]
        page.blank()
        page.line(page.styled(TerminalText.padded("rule", width) + "  " + heads.joined(separator: "  "), .bold))
        for (name, numbers) in rows {
            let cells = zip(heads, numbers).map { head, number in
                let text = String(number)
                return String(repeating: " ", count: max(0, head.count - text.count)) + text
            }
            page.line(TerminalText.padded(name, width) + "  " + cells.joined(separator: "  "))
        }
        if same > 0 { page.line("\(Self.count(same, "rule")) raised the same and are not listed") }
    }

    /// The rule's id, and its policy where another policy binds the rule too.
    private func name(_ rule: BacktestReport.Rule) -> String {
        let isShared = report.rules.contains { $0.rule == rule.rule && $0.policy != rule.policy }
        return PlainLine.clean(isShared ? "\(rule.policy)/\(rule.rule)" : rule.rule)
    }

    // MARK: Alerts

    private mutating func write(_ rule: BacktestReport.Rule) {
        page.heading(name(rule))
        for alert in rule.gained.prefix(options.findingLimit) { write(alert, "gained", .red) }
        writeRest(rule.gained.count, "gained")
        for alert in rule.lost.prefix(options.findingLimit) { write(alert, "lost", .green) }
        writeRest(rule.lost.count, "lost")
        for change in rule.changed.prefix(options.findingLimit) { write(change) }
        writeRest(rule.changed.count, "changed")
    }

    private mutating func writeRest(_ count: Int, _ word: String) {
        guard count > options.findingLimit else { return }
        page.line("  and \(count - options.findingLimit) more \(word); --format json has them all")
    }

    private mutating func write(_ alert: BacktestAlert, _ word: String, _ style: TerminalText.Style) {
        let lead = "  " + page.styled(TerminalText.padded(word, Self.indent - 2), style)
        page.paragraph(head(alert), lead: lead, leadWidth: Self.indent, hanging: Self.indent)
        line(alert.message)
    }

    private func head(_ alert: BacktestAlert) -> String {
        let key = alert.key.map(\.plainText).joined(separator: ", ")
        return "\(alert.first.rfc3339) \(alert.severity.rawValue) [\(key)]"
    }

    private mutating func write(_ change: BacktestChange) {
        let lead = "  " + page.styled(TerminalText.padded("changed", Self.indent - 2), .yellow)
        page.paragraph(head(change.after), lead: lead, leadWidth: Self.indent, hanging: Self.indent)
        if !change.fields.contains(.message) { line(change.after.message) }
        let (before, after) = (change.before, change.after)
        for field in change.fields {
            switch field {
            case .opened where before.first == after.first: line("opened: by another activity")
            case .opened: line("opened: \(before.first.rfc3339), now \(after.first.rfc3339)")
            case .severity: line("severity: \(before.severity.rawValue), now \(after.severity.rawValue)")
            case .count: line("findings: \(before.count), now \(after.count)")
            case .message:
                line("message: \(before.message)")
                line("now: \(after.message)")
            case .values: for words in Self.values(before.values, after.values) { line(words) }
            }
        }
    }

    /// What differs of the values, by their names.
    private static func values(_ before: [Finding.Evidence], _ after: [Finding.Evidence]) -> [String] {
        let old = Dictionary(before.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let new = Dictionary(after.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        return Set(old.keys).union(new.keys).sorted().compactMap { name in
            guard old[name] != new[name] else { return nil }
            return "\(name): \(old[name]?.plainText ?? "not there"), now \(new[name]?.plainText ?? "not there")"
        }
    }

    private mutating func line(_ words: String) {
        page.paragraph(
            words, lead: String(repeating: " ", count: Self.indent), leadWidth: Self.indent, hanging: Self.indent)
    }

    // MARK: What is not known

    private mutating func writeUnknown() {
        var names: [String: [String]] = [:]
        for rule in report.rules {
            for reason in rule.unknown { names[reason, default: []].append(name(rule)) }
            for reason in rule.unknownBefore where !rule.unknown.contains(reason) {
                names[reason + " (before)", default: []].append(name(rule))
            }
        }
        guard !names.isEmpty else { return }
        page.heading("Without a whole answer")
        for (reason, rules) in names.sorted(by: { $0.key < $1.key }) {
            let shown = rules.prefix(options.findingLimit).joined(separator: ", ")
            let rest = rules.count - options.findingLimit
            page.paragraph(
                "\(reason): \(shown)\(rest > 0 ? " and \(rest) more" : "")", lead: "  ", leadWidth: 2, hanging: 4)
        }
    }
}
