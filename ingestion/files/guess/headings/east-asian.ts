import type { HeadingWords } from './heading-words.ts';

/* A word that several languages share stands in one of them. */

export const JAPANESE: HeadingWords = {
  id: ['回答id', '番号'],
  strongId: ['回答id'],
  answered: ['タイムスタンプ', '回答日時', '回答日'],
  date: ['日付'],
  revision: ['更新日時', '更新日'],
  recommend: ['おすすめ'],
  score: ['評価', '点数'],
  comment: ['コメント', '理由', '感想'],
  respondent: ['メール', 'メールアドレス'],
  dimensions: {
    region: ['国', '国名', '地域'],
    productLine: ['製品', '商品'],
    lifecycleStage: ['ステージ'],
    channel: ['チャネル', '経路'],
  },
};

export const CHINESE: HeadingWords = {
  id: ['編號', '序号'],
  answered: ['时间戳记', '提交时间', '答题时间'],
  date: ['日期', '時間', '时间'],
  revision: ['修改时间'],
  recommend: ['推薦', '推荐'],
  score: ['評分', '评分', '分数'],
  comment: ['评论', '意见', '原因'],
  respondent: ['邮箱', '客户'],
  dimensions: {
    region: ['地区', '国家'],
    productLine: ['产品'],
    lifecycleStage: ['阶段'],
    channel: ['渠道'],
  },
};

export const KOREAN: HeadingWords = {
  date: ['날짜'],
  recommend: ['추천'],
  score: ['점수'],
  comment: ['의견', '이유'],
  respondent: ['이메일'],
  dimensions: { region: ['지역'], productLine: ['제품'], lifecycleStage: ['단계'], channel: ['채널'] },
};
