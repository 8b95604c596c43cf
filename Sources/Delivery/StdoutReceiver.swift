public import Alerting
public import Timekeeping

/// Writes each notice as one line.
public struct StdoutReceiver: Receiver {
    /// How a line looks.
    public enum Format: Hashable, Sendable {
        /// See ``NoticeDocument/line(_:)``.
        case json
        /// For people; `isColoured` only where a terminal shows it and nobody asked for none.
        case text(isColoured: Bool)
    }

    public let name: String
    private let format: Format
    private let sink: @Sendable (String) throws -> Void

    /// A receiver that writes to a sink.
    ///
    /// - Parameter sink: Takes one line with its end. What it throws counts as a failed try.
    public init(name: String = "stdout", format: Format, sink: @escaping @Sendable (String) throws -> Void) {
        self.name = name
        self.format = format
        self.sink = sink
    }

    public func deliver(_ notice: Notice, at moment: Timestamp) async -> DeliveryOutcome {
        do {
            try sink(line(notice) + "\n")
            return .delivered(status: nil)
        } catch {
            return .unanswered(cause: "the line could not be written: \(error)")
        }
    }

    private func line(_ notice: Notice) -> String {
        switch format {
        case .json: NoticeDocument.line(notice)
        case .text(let isColoured): NoticeLine(notice, isColoured: isColoured).text
        }
    }
}

/// A notice as a line for people: when, what, how bad, which rule, what it says, and the id to ask for more.
struct NoticeLine {
    let text: String

    init(_ notice: Notice, isColoured: Bool) {
        let alert = notice.transition.alert
        func paint(_ text: String, _ code: String) -> String { isColoured ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text }
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.unicodeScalars.count))
        }
        let kind = notice.transition.kind
        let step = padded(kind.rawValue.uppercased(), 8)
        let severity = padded(alert.severity.rawValue, 13)
        let message = alert.message.isEmpty ? "" : ": " + Visible.text(alert.message)
        let place = Visible.text("\(alert.binding.connection)/\(alert.binding.policy)/\(alert.binding.rule)")
        text = [
            Timestamp(seconds: notice.transition.at.seconds).rfc3339,
            paint(step, kind == .resolved ? "32" : "1"),
            paint(severity, kind == .resolved ? "2" : Self.colour(of: alert.severity)),
            paint(Visible.text(alert.title), "1") + message,
            paint("[\(place)]", "2"),
            paint(alert.id, "2"),
        ].joined(separator: " ")
    }

    /// Select Graphic Rendition codes (ECMA-48).
    private static func colour(of severity: Severity) -> String {
        switch severity {
        case .critical: "1;97;41"
        case .high: "1;31"
        case .medium: "33"
        case .low: "36"
        case .informational: "2"
        }
    }
}
