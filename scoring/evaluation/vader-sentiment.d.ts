declare module 'vader-sentiment' {
  interface Polarity {
    readonly compound: number;
  }
  const vader: { SentimentIntensityAnalyzer: { polarity_scores(text: string): Polarity } };
  export default vader;
}
