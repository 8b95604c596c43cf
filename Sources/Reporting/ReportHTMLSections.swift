import Alerting
import Timekeeping

/// The parts of the page, in the order in which they stand.
extension AuditReport {
    /// How many activity ids of a finding are shown.
    private static let activityLimit = 5
    private static let listLimit = 200

    func writeFindings(_ page: inout HTMLBuilder, limit: Int) {
        let failed = rules(.fail)
        guard !failed.isEmpty else { return }
        page.section("findings", "What is wrong") { page in
            for (index, rule) in failed.enumerated() {
                // The worst is open; a long report stays readable.
                let isOpen = index < 3 || rule.severity >= .high
                page.element("details", isOpen ? [("open", "")] : []) { page in
                    page.element("summary") { page in
                        page.element("span", [("class", "badge \(rule.severity.rawValue)")], rule.severity.rawValue)
                        page.add(" ")
                        page.element("h3", [], rule.title)
                        page.element("span", [("class", "count")], plural(rule.findingCount, "finding"))
                    }
                    page.element("div", [("class", "inside")]) { write(rule, &$0, limit: limit) }
                }
                page.newline()
            }
        }
    }

    private func write(_ rule: RuleResult, _ page: inout HTMLBuilder, limit: Int) {
        page.element("p", [("class", "soft")]) { page in
            page.add("Rule ")
            page.element("code", [], rule.id)
            page.add(" of policy ")
            page.element("code", [], rule.policy)
            if !rule.tags.isEmpty { page.add(". Tags: " + rule.tags.joined(separator: ", ")) }
        }
        page.newline()
        let shown = rule.findings.prefix(limit)
        if !shown.isEmpty {
            page.table("Findings of \(rule.title)", ["Subject", "What", "When", "Evidence"]) { page in
                for finding in shown {
                    page.element("tr") { write(finding, &$0) }
                    page.newline()
                }
            }
        }
        let rest = rule.findingCount - shown.count
        if rest > 0 { page.element("p", [], "\(grouped(rest)) more, which the JSON report lists.") }
        if rule.exceptedCount > 0 {
            page.element("p", [("class", "soft")], "\(plural(rule.exceptedCount, "finding")) excepted by the policy.")
        }
    }

    private func write(_ finding: ReportedFinding, _ page: inout HTMLBuilder) {
        let key = finding.key.map(\.plainText).joined(separator: ", ")
        page.element("th", [("scope", "row"), ("class", "subject")], key.isEmpty ? "the whole tenant" : key)
        page.cell("", finding.message)
        page.element("td", [("class", "time")]) { page in
            page.element("time", [("datetime", finding.time.rfc3339)], finding.time.readable)
        }
        page.element("td") { page in
            guard !finding.evidence.isEmpty || !finding.activityIDs.isEmpty else { return page.add("–") }
            page.element("ul", [("class", "evidence")]) { page in
                for entry in finding.evidence {
                    page.element("li") { page in
                        page.element("span", [], entry.name)
                        page.add(" \(entry.value.plainText)")
                    }
                }
                guard !finding.activityIDs.isEmpty else { return }
                page.element("li") { page in
                    page.element("span", [], finding.activityIDs.count == 1 ? "activity" : "activities")
                    page.add(" " + finding.activityIDs.prefix(Self.activityLimit).joined(separator: ", "))
                    let rest = finding.activityIDs.count - Self.activityLimit
                    if rest > 0 { page.add(" and \(rest) more") }
                }
            }
        }
    }

    /// What keeps the report from being whole: failures, gaps, broken and unknown rules.
    func writeDoubts(_ page: inout HTMLBuilder) {
        let doubtful = rules(.error) + rules(.unknown)
        guard !doubtful.isEmpty || !gaps.isEmpty || !failures.isEmpty else { return }
        page.section("doubts", "What could not be judged") { page in
            if !gaps.isEmpty || !failures.isEmpty {
                page.element("ul", [("class", "plain")]) { page in
                    for failure in failures {
                        page.element("li", [], failure.message + (failure.remedy.isEmpty ? "" : " → " + failure.remedy))
                    }
                    for gap in gaps { page.element("li", [], gap.replacing("`", with: "")) }
                }
                page.newline()
            }
            guard !doubtful.isEmpty else { return }
            page.table("Rules without a verdict", ["Rule", "Verdict", "Why"]) { page in
                for rule in doubtful {
                    page.element("tr") { page in
                        page.rowHead(rule.title)
                        page.element("td") { $0.state(rule.verdict.kind) }
                        page.cell("", rule.verdict.reasons.joined(separator: "; ").replacing("`", with: ""))
                    }
                    page.newline()
                }
            }
        }
    }

    func writeControls(_ page: inout HTMLBuilder) {
        for (index, section) in controls.enumerated() where !section.controls.isEmpty {
            page.section("controls-\(index + 1)", "Controls: \(section.title)") { page in
                page.table("Controls of policy \(section.policy)", ["Control", "State", "Demand", "Rules"]) { page in
                    for control in section.controls {
                        page.element("tr") { page in
                            page.rowHead(control.id)
                            page.element("td") { $0.state(state(of: control, in: section.policy)) }
                            page.cell("", control.title)
                            page.cell("Rules:", control.rules.joined(separator: ", "))
                        }
                        page.newline()
                    }
                }
            }
        }
    }

    /// Every rule and its verdict: what was tested, also where nothing was found.
    func writeRules(_ page: inout HTMLBuilder) {
        page.section("rules", "What was tested") { page in
            guard !rules.isEmpty else { return page.element("p", [], "No rule was bound.") }
            page.table(
                "Every bound rule", ["Rule", "Verdict", "Severity", "Policy", "Findings", "Excepted"], numbers: [4, 5]
            ) { page in
                for rule in sortedRules {
                    page.element("tr") { page in
                        page.element("th", [("scope", "row")]) { page in
                            page.add(rule.title + " ")
                            page.element("code", [("class", "soft")], rule.id)
                        }
                        page.element("td") { $0.state(rule.verdict.kind) }
                        page.cell("", rule.severity.rawValue)
                        page.cell("Policy:", rule.policy)
                        page.cell("Findings:", grouped(rule.findingCount), class: "number")
                        page.cell("Excepted:", grouped(rule.exceptedCount), class: "number")
                    }
                    page.newline()
                }
            }
        }
    }

    func writeData(_ page: inout HTMLBuilder) {
        page.section("data", "What it rests on") { page in
            writeSources(&page)
            if !kinds.isEmpty {
                page.table("Kinds of activity", ["Kind", "Meaning", "Count"], numbers: [2]) { page in
                    for kind in kinds.prefix(Self.listLimit) {
                        page.element("tr") { page in
                            page.rowHead(kind.kind)
                            page.cell("", kind.meaning)
                            page.cell("Count:", grouped(kind.count), class: "number")
                        }
                        page.newline()
                    }
                }
            }
            guard !quarantine.isEmpty else { return }
            let title = "Records that could not be read: \(grouped(quarantineCount))"
            page.table(title, ["Place", "Why"]) { page in
                for entry in quarantine.prefix(Self.listLimit) {
                    page.element("tr") { page in
                        page.rowHead(entry.place)
                        page.cell("", entry.reason)
                    }
                    page.newline()
                }
            }
        }
    }

    private func writeSources(_ page: inout HTMLBuilder) {
        if !sources.isEmpty {
            page.table("Sources", ["Source", "Records", "Unreadable", "Read to its end"], numbers: [1, 2]) { page in
                for source in sources {
                    page.element("tr") { page in
                        page.rowHead(source.name)
                        page.cell("Records:", grouped(source.recordCount), class: "number")
                        page.cell("Unreadable:", grouped(source.unreadableCount), class: "number")
                        page.cell("Read to its end:", source.isComplete ? "yes" : "no")
                    }
                    page.newline()
                }
            }
        }
        guard !collections.isEmpty else { return }
        page.table("Directory", ["Collection", "Records", "State"], numbers: [1]) { page in
            for collection in collections {
                page.element("tr") { page in
                    page.rowHead(collection.name)
                    page.cell("Records:", grouped(collection.count), class: "number")
                    page.cell(
                        "",
                        collection.availability == .notAvailable ? "not available" : collection.availability.rawValue)
                }
                page.newline()
            }
        }
        let by = superUsers.resolvers.joined(separator: ", ")
        page.element(
            "p", [],
            superUsers.count.map { "\(plural($0, "super user")), told by \(by)." }
                ?? "How many super users there are is not known: no resolver applies.")
        page.newline()
    }
}

extension HTMLBuilder {
    /// A verdict in its colour and in words.
    mutating func state(_ kind: VerdictKind?) {
        let word =
            switch kind {
            case .pass: "pass"
            case .fail: "fail"
            case .unknown: "unknown"
            case .error: "broken"
            case nil: "no rule"
            }
        element("span", [("class", "state \(kind?.rawValue ?? "none")")], word)
    }
}
