import Alerting
public import Timekeeping

extension AuditReport {
    /// An exception of a policy, and how often it held a finding back.
    public struct ExceptionUse: Hashable, Sendable {
        public var name: String
        public var reason: String
        public var owner: String
        /// It holds before this moment.
        public var expires: Timestamp
        public var hits: Int

        public init(name: String, reason: String, owner: String, expires: Timestamp, hits: Int) {
            self.name = name
            self.reason = reason
            self.owner = owner
            self.expires = expires
            self.hits = hits
        }

        /// The last day on which it holds, such as `2027-01-31`.
        public var lastDay: String {
            String((expires - TimeSpan(seconds: 0, nanoseconds: 1)).rfc3339.prefix(10))
        }

        /// Whether it excepts nothing any more.
        public func isOver(at moment: Timestamp) -> Bool { moment >= expires }
    }

    /// Every exception with its rule: first those that are over, then by rule.
    var exceptions: [(rule: RuleResult, exception: ExceptionUse)] {
        let all = sortedRules.flatMap { rule in rule.exceptions.map { (rule: rule, exception: $0) } }
        return all.filter { $0.exception.isOver(at: generatedAt) }
            + all.filter { !$0.exception.isOver(at: generatedAt) }
    }

    /// What an exception does, in words.
    func state(of exception: ExceptionUse) -> String {
        exception.isOver(at: generatedAt)
            ? "ended on \(exception.lastDay), excepts nothing any more"
            : "\(plural(exception.hits, "finding")) excepted, until \(exception.lastDay)"
    }

    /// The exceptions as a section of the page.
    func writeExceptions(_ page: inout HTMLBuilder) {
        let exceptions = exceptions
        guard !exceptions.isEmpty else { return }
        page.section("exceptions", "What the policies except") { page in
            page.table("Exceptions", ["Exception", "Rule", "State", "Reason", "Owner"]) { page in
                for (rule, exception) in exceptions {
                    page.element("tr") { page in
                        page.element("th", [("scope", "row")], exception.name)
                        page.cell("Rule:", "\(rule.policy)/\(rule.id)")
                        page.cell("", state(of: exception))
                        page.cell("", exception.reason)
                        page.cell("Owner:", exception.owner)
                    }
                    page.newline()
                }
            }
        }
    }
}
