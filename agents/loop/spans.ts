import { isSpanContextValid, type Span, SpanStatusCode, trace } from '@opentelemetry/api';

/** Runs one step of an agent in a span; without an OpenTelemetry SDK it only runs. */
export function inSpan<T>(
  name: 'agent.observe' | 'agent.decide' | 'agent.act' | 'agent.run',
  agent: string,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const tracer = trace.getTracer('scoreline');
  return tracer.startActiveSpan(name, { attributes: { 'scoreline.agent': agent } }, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      // The message may quote what a person wrote.
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).name });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** The trace of a span; null without a tracer. */
export function traceIdOf(span: Span): string | null {
  const context = span.spanContext();
  return isSpanContextValid(context) ? context.traceId : null;
}
