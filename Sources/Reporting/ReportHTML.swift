import Alerting
import Timekeeping

extension AuditReport {
    /// The report as one page that can be handed on: no script, nothing from elsewhere, and nothing in it but what
    /// this report holds.
    ///
    /// - Parameter findingLimit: How many findings of one rule are listed; the rest is counted, so that the page's
    ///   size is bounded by the number of rules.
    public func html(findingLimit: Int = 100) -> String {
        var page = HTMLBuilder()
        page.verbatim("<!doctype html>\n")
        page.element("html", [("lang", "en")]) { page in
            page.newline()
            page.element("head", [], writeHead)
            page.newline()
            page.element("body") { page in
                page.newline()
                writeHeader(&page)
                page.element("main") { page in
                    page.newline()
                    writeFindings(&page, limit: max(0, findingLimit))
                    writeDoubts(&page)
                    writeControls(&page)
                    writeRules(&page)
                    writeExceptions(&page)
                    writeData(&page)
                }
                page.newline()
                page.element("footer") { page in
                    page.add("Made by Tocsin \(toolVersion) on \(generatedAt.readable).")
                    page.add(" Times are in UTC.")
                }
                page.newline()
            }
        }
        page.newline()
        return page.text
    }

    private func writeHead(_ page: inout HTMLBuilder) {
        let policy = "default-src 'none'; style-src '\(ReportStyle.hash)'; base-uri 'none'; form-action 'none'"
        page.newline()
        page.void("meta", [("charset", "utf-8")])
        page.void("meta", [("http-equiv", "Content-Security-Policy"), ("content", policy)])
        page.void("meta", [("name", "viewport"), ("content", "width=device-width, initial-scale=1")])
        page.void("meta", [("name", "referrer"), ("content", "no-referrer")])
        page.element("title", [], "Audit of \(connection), \(generatedAt.rfc3339.prefix(10))")
        page.newline()
        page.element("style") { $0.verbatim(ReportStyle.sheet) }
        page.newline()
    }

    private func writeHeader(_ page: inout HTMLBuilder) {
        page.element("header") { page in
            page.newline()
            page.element("h1", [], "Audit of \(connection)")
            page.element("p", [("class", "soft")]) { page in
                if let tenant { page.add("Tenant \(tenant). ") }
                if let range {
                    page.add("Activities from \(range.start.readable) to \(range.end.readable). ")
                }
                page.add("Made on \(generatedAt.readable).")
            }
            page.newline()
            writeStatement(&page)
            writeCards(&page)
        }
        page.newline()
    }

    /// The one sentence that a reader takes away.
    private func writeStatement(_ page: inout HTMLBuilder) {
        let decision = exitDecision
        let failed = rules(.fail).count
        let look: String
        if decision.reasons.contains(.findings) {
            look = "fail"
        } else {
            look = decision.code == 0 ? "pass" : "unknown"
        }
        page.element("div", [("class", "statement \(look)")]) { page in
            if findingCount > 0 {
                page.add("\(plural(findingCount, "finding")) of \(plural(failed, "rule"))")
            } else if failed > 0 {
                page.add("\(plural(failed, "rule")) failed")
            } else {
                page.add(decision.code == 0 ? "Nothing found" : "Nothing found in what could be judged")
            }
            if decision.reasons.contains(where: { $0 != .findings }) {
                page.element("p") { page in
                    page.add("This report is not whole: ")
                    page.element("a", [("href", "#doubts")], "see what could not be judged")
                    page.add(".")
                }
            }
        }
        page.newline()
    }

    private func writeCards(_ page: inout HTMLBuilder) {
        page.element("ul", [("class", "cards")]) { page in
            for (severity, count) in findingCounts {
                page.element("li") { page in
                    page.element("b", [], grouped(count))
                    page.element("span", [("class", "badge \(severity.rawValue)")], severity.rawValue)
                }
            }
            for (kind, word) in [
                (VerdictKind.pass, "passed"), (.fail, "failed"), (.unknown, "unknown"), (.error, "broken"),
            ] {
                let count = rules.count { $0.verdict.kind == kind }
                guard count > 0 || kind == .pass else { continue }
                page.element("li") { page in
                    page.element("b", [], grouped(count))
                    page.add("\(count == 1 ? "rule" : "rules") \(word)")
                }
            }
        }
        page.newline()
    }
}

extension Timestamp {
    /// Such as `2026-02-01 07:12:09`: to the second, for people.
    var readable: String { String(rfc3339.prefix(19)).replacing("T", with: " ") }
}

extension HTMLBuilder {
    /// A part of the page with its heading, which names it for those who jump between parts.
    mutating func section(_ id: String, _ title: String, _ content: (inout HTMLBuilder) -> Void) {
        element("section", [("aria-labelledby", id)]) { page in
            page.element("h2", [("id", id)], title)
            page.newline()
            content(&page)
        }
        newline()
    }

    /// A table with a caption and column heads.
    ///
    /// - Parameter numbers: Columns that hold numbers and are set to the right.
    mutating func table(
        _ caption: String, _ columns: [String], numbers: Set<Int> = [], _ rows: (inout HTMLBuilder) -> Void
    ) {
        element("table") { page in
            page.element("caption", [], caption)
            page.element("thead") { page in
                page.element("tr") { page in
                    for (index, column) in columns.enumerated() {
                        var attributes: [(StaticString, String)] = [("scope", "col")]
                        if numbers.contains(index) { attributes.append(("class", "number")) }
                        page.element("th", attributes, column)
                    }
                }
            }
            page.newline()
            page.element("tbody", [], rows)
        }
        newline()
    }

    /// The first cell of a row, which names it.
    mutating func rowHead(_ text: String) { element("th", [("scope", "row")], text) }

    /// A cell; `label` stands before it where the table's heads have no room.
    mutating func cell(_ label: String, _ text: String, class name: String? = nil) {
        var attributes: [(StaticString, String)] = []
        if !label.isEmpty { attributes.append(("data-label", label)) }
        if let name { attributes.append(("class", name)) }
        element("td", attributes, text)
    }
}
