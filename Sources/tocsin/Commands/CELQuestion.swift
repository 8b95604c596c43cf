import CEL
import Diagnostics

/// An expression with what its names stand for, as an author asks it on the command line.
struct CELQuestion {
    /// What goes to which stream, and how the command ends.
    struct Answer: Equatable {
        var output = ""
        var errors = ""
        var outcome = Outcome.clean
    }

    let expression: String
    /// `name=EXPRESSION`, each a constant of the language.
    var bindings: [String] = []
    /// `name=JSON`.
    var jsonBindings: [String] = []
    var format = OutputFormat.text
    var allowsDyn = false
    var extendedRegex = false
    /// Whether warnings say how long a search took.
    var timesPatterns = false

    /// The answer: 0 with a value, 1 when there is none for these values, 2 when expression or bindings are wrong.
    func answer() -> Answer {
        var variables: [String: Value] = [:]
        do throws(Fault) {
            for binding in bindings { try bind(binding, "--bind", into: &variables, Self.constant) }
            for binding in jsonBindings { try bind(binding, "--bind-json", into: &variables, Self.json) }
        } catch {
            return refused(error)
        }
        var options = CELExpression.Options()
        options.allowsDyn = allowsDyn
        options.extendedRegex = extendedRegex
        options.patternProber = PatternProber(isTimed: timesPatterns)
        let question: CELExpression
        do throws(CELExpression.Refusal) {
            question = try CELExpression(
                expression, variables: variables.mapValues(\.variableType), options: options)
        } catch {
            return failed(DiagnosticReport(error.diagnostics.map { SourcedDiagnostic(error.source, $0) }), .usage)
        }
        return evaluated(question, variables)
    }

    private func evaluated(_ question: CELExpression, _ variables: [String: Value]) -> Answer {
        let source = SourceText(name: "expression", text: expression)
        let context = EvaluationContext()
        do throws(EvaluationFailure) {
            let value = try question.value(variables, in: context)
            let warnings = DiagnosticReport(question.diagnostics.map { SourcedDiagnostic(source, $0) })
            return Answer(output: shown(value, question.type), errors: warnings.rendered(as: .text))
        } catch {
            let whole = Span(0, expression.utf8.count)
            let diagnostic = Diagnostic(
                .error, DiagnosticCode.noValue.rawValue, error.description, at: context.failureSpan ?? whole,
                label: "this has no value")
            return failed(DiagnosticReport([SourcedDiagnostic(source, diagnostic)]), .findings)
        }
    }

    private func shown(_ value: Value, _ type: CELType) -> String {
        let known = type == .dyn ? value.variableType : type
        switch format {
        case .text: return "\(value.literal)\n\(known)"
        case .json:
            let members = [
                ("expression", Value.string(expression).json), ("literal", Value.string(value.literal).json),
                ("type", Value.string(known.formalName).json), ("value", value.json),
            ]
            return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
        }
    }

    private func failed(_ report: DiagnosticReport, _ outcome: Outcome) -> Answer {
        switch format {
        case .text: Answer(errors: report.rendered(as: .text), outcome: outcome)
        case .json: Answer(output: report.rendered(as: .json), outcome: outcome)
        }
    }

    private func refused(_ fault: Fault) -> Answer {
        switch fault {
        case .usage(let words): return Answer(errors: "error: \(words)", outcome: .usage)
        case .wrong(let report): return failed(report, .usage)
        }
    }

    // MARK: Bindings

    private enum Fault: Error {
        case usage(String)
        case wrong(DiagnosticReport)
    }

    private typealias Reading = (_ text: String, _ source: SourceText) throws(Fault) -> Value

    private func bind(
        _ binding: String, _ option: String, into variables: inout [String: Value], _ read: Reading
    ) throws(Fault) {
        guard let mark = binding.firstIndex(of: "=") else {
            throw .usage("`\(option) \(binding)` has no value\n  = help: write `\(option) name=value`")
        }
        let name = String(binding[..<mark])
        guard Self.isName(name) else {
            throw .usage("`\(name)` cannot be a name\n  = help: use letters, digits, `_` and dots")
        }
        guard variables[name] == nil else { throw .usage("`\(name)` is bound twice") }
        let text = String(binding[binding.index(after: mark)...])
        variables[name] = try read(text, SourceText(name: "\(option) \(name)", text: text))
    }

    private static func isName(_ text: String) -> Bool {
        text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
            part.utf8.first.map { $0 == 0x5f || ($0 | 0x20) &- 97 < 26 } ?? false
                && part.utf8.allSatisfy { $0 == 0x5f || ($0 | 0x20) &- 97 < 26 || $0 &- 48 < 10 }
        }
    }

    private static func constant(_ text: String, _ source: SourceText) throws(Fault) -> Value {
        let constant: CELExpression
        do throws(CELExpression.Refusal) { constant = try CELExpression(text) } catch {
            throw .wrong(DiagnosticReport(error.diagnostics.map { SourcedDiagnostic(source, $0) }))
        }
        do throws(EvaluationFailure) { return try constant.value() } catch {
            let fault = Diagnostic(
                .error, DiagnosticCode.noValue.rawValue, error.description, at: Span(0, text.utf8.count))
            throw .wrong(DiagnosticReport([SourcedDiagnostic(source, fault)]))
        }
    }

    private static func json(_ text: String, _ source: SourceText) throws(Fault) -> Value {
        guard let value = Value(json: text) else {
            throw .usage(
                "`\(source.name)` is neither a file nor JSON\n  = help: quote it for the shell: 'x={\"a\": 1}'")
        }
        return value
    }
}
