import CEL
import RuleLanguage
import Timekeeping

extension Verb {
    /// What the verb groups by.
    var by: [Program] {
        switch self {
        case .threshold(let verb): verb.by
        case .sequence(let verb): verb.by
        case .previous(let verb): verb.by
        case .spike(let verb): verb.by
        case .flatline(let verb): verb.by
        }
    }

    /// How far the verb looks back.
    var span: TimeSpan {
        switch self {
        case .threshold(let verb):
            switch verb.window {
            case .sliding(let length), .tumbling(let length, _): length
            case .session(let gap): gap
            }
        case .sequence(let verb): verb.within
        case .previous(let verb): verb.within
        case .spike(let verb): verb.bucket
        case .flatline(let verb): verb.within
        }
    }
}
