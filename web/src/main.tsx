import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { applyTheme } from './frame/theme.ts';
import { resumeSession } from './lib/session.ts';
import { watchTyping } from './lib/typed.ts';
import { watchStyles } from './parts/later.tsx';
import './styles/tokens.css';
import './styles/base.css';

applyTheme();
watchTyping();
watchStyles();
void resumeSession();
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
